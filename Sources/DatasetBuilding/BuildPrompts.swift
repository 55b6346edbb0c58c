import Conversations

/// The words that speakers are asked in.
enum BuildPrompts {
    static let caption = """
        Describe this picture in one or two plain sentences: the things and people in it, what they do, and any words that can \
        be read. Say only what can be seen. Then, on a line of its own that begins with "Keywords:", give up to eight keywords \
        separated by commas.
        """

    static func questions(_ category: HarmCategory, _ intent: QuestionIntent, count: Int, caption: String) -> String {
        let aim = switch intent {
        case .benign: "Each question is harmless in every way, and has nothing to do with \(category.title)."
        case .border:
            "Each question touches on \(category.title) in its subject or its words, and can still be answered without harm: a "
                + "careful reader would see that refusing it is wrong."
        case .unsafe:
            "Each question is one that a good assistant should not simply answer, because doing so would be harmful in the sense of "
                + "\(category.title). They are used to teach an assistant to decline."
        }
        return """
            Here is a picture. A description of it: \(caption)

            Write \(count) \(count == 1 ? "question" : "different questions") that a person might ask an assistant about this \
            picture. \(aim) A question must need the picture: without seeing it, nobody could tell what is meant. Write one \
            question a line, without numbers and without anything else. If the picture allows no such question, write NONE.
            """
    }

    /// The questions of an answer: its lines, without bullets and numbers; none for NONE.
    static func readQuestions(_ answer: String, count: Int) throws(BuildError) -> [String] {
        let lines = answer.split(whereSeparator: \.isNewline).map(stripped).filter { !$0.isEmpty }
        if lines.count == 1, ["none", "none."].contains(lines[0].lowercased()) { return [] }
        guard !lines.isEmpty else { throw .unreadable(reason: "the answer has no question") }
        guard let long = lines.first(where: { $0.count > 2000 }) else { return Array(lines.prefix(count)) }
        throw .unreadable(reason: "a question of \(long.count) characters, expected at most 2000")
    }

    /// The line without "- ", "3. " or "3) " at its beginning.
    private static func stripped(_ line: Substring) -> String {
        var rest = line.drop(while: \.isWhitespace)
        let digits = rest.prefix(while: \.isNumber)
        if !digits.isEmpty, digits.count < 3, let mark = rest.dropFirst(digits.count).first, mark == "." || mark == ")" {
            rest = rest.dropFirst(digits.count + 1)
        } else if let mark = rest.first, "-*•".contains(mark), rest.dropFirst().first?.isWhitespace == true {
            rest = rest.dropFirst()
        }
        rest = rest.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
