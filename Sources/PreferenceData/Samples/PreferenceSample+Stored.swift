import Conversations

extension PreferenceSample: StoredSample {
    public var responseTexts: [String] { [responses.first.text, responses.second.text] }
}

extension QuestionAnswerSample: StoredSample {
    public var responseTexts: [String] { [response] }
}
