import Conversations
import PreferenceData

extension LabelStudio {
    /// The labelling configuration whose results have our columns' names.
    static func configuration(_ form: DatasetForm) -> String {
        let isPair = form == .pairwise
        let texts = isPair ? ["response_1", "response_2"] : ["response"]
        let shown = ["<Image name=\"image\" value=\"$image\"/>", "<Text name=\"question\" value=\"$question\"/>"]
            + texts.map { "<Text name=\"\($0)\" value=\"$\($0)\"/>" }
        let asked = isPair ? pairQuestions : [flag("is_response_safe", "response")]
        let lines = shown + asked + [severity, category(of: texts[0])]
        return "<View>\n" + lines.map { "  \($0)\n" }.joined() + "</View>\n"
    }

    private static var pairQuestions: [String] {
        let preferences = ["more_helpful_response_id", "safer_response_id"].map {
            "<Pairwise name=\"\($0)\" toName=\"response_1,response_2\"/>"
        }
        let rates = ["response_1", "response_2"].flatMap { response in
            [
                flag("is_\(response)_safe", response),
                "<Number name=\"\(response)_harmless_rate\" toName=\"\(response)\" min=\"-3\" max=\"3\"/>",
                "<Number name=\"\(response)_helpful_rate\" toName=\"\(response)\" min=\"0\" max=\"3\"/>",
            ]
        }
        return preferences + rates
    }

    private static var severity: String { "<Number name=\"image_severity\" toName=\"image\"/>" }

    private static func flag(_ name: String, _ target: String) -> String {
        "<Choices name=\"\(name)\" toName=\"\(target)\"><Choice value=\"yes\"/><Choice value=\"no\"/></Choices>"
    }

    private static func category(of target: String) -> String {
        let choices = HarmCategory.allCases.map { "<Choice value=\"\($0.rawValue)\"/>" }.joined()
        return "<Choices name=\"category\" toName=\"\(target)\">\(choices)</Choices>"
    }
}
