import ArgumentParser
import Conversations
import Evaluation
import Foundation

struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Talk to a model; pictures belong to the first turn. An empty line ends it.",
        discussion: "Example: safe-rlhf-v chat --model runs/safe/model --image knife.png")

    @OptionGroup var options: SpeakingOptions

    func run() throws {
        let responder = try options.responder()
        var messages: [Message] = []
        var pictures = try options.pictures()
        prompt()
        while let line = readLine(), !line.isEmpty {
            messages.append(Message(role: .user, parts: pictures + [.text(line)]))
            pictures = []
            let text = try responder.texts([Conversation(messages: messages)]).joined()
            print(text)
            messages.append(Message(role: .assistant, text: text))
            prompt()
        }
    }

    private func prompt() { FileHandle.standardError.write(Data("> ".utf8)) }
}
