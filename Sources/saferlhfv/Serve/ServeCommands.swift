import ArgumentParser
import ChatServers

struct ServeCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Servers: a model, the gateway, and a stand-in for a model server.",
        subcommands: [ServeModelCommand.self, ServeGatewayCommand.self, ServeMockUpstreamCommand.self, ServeKeyCommand.self])
}

struct ServeKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make a new API key, and the hash that a gateway's configuration holds of it.",
        discussion: "Example: safe-rlhf-v serve key --name team-a")

    @Option(help: "The name that logs give the key.")
    var name = "client"

    func run() {
        let (key, hash) = KeyMaking.make()
        print("key, shown only now: \(key)")
        print("for the configuration:\nkeys:\n  - name: \(name)\n    sha256: \(hash)")
    }
}
