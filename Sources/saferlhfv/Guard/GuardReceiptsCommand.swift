import ArgumentParser
import ConfigFiles
import DurableFiles
import Foundation
import Gateway

struct GuardReceiptsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Check a log of receipts: every hash, the chain, and the signatures; exit code 65 when it does not hold.",
        discussion: "Example: safe-rlhf-v guard receipts verify receipts.jsonl --public-key receipts.pub")

    @Argument(help: "The log that a gateway wrote.")
    var file: String

    @Option(help: "File with the Ed25519 public key in base64; every receipt must be signed with it.")
    var publicKey: String?

    @Option(help: "The hash that the last receipt must have, as an earlier check printed it.")
    var expectHead: String?

    func run() throws {
        let key = try publicKey.map(key)
        do {
            let found = try ReceiptVerification(of: URL(filePath: file), publicKey: key, expectedHead: expectHead)
            print("\(found.count) receipts hold, \(found.signedCount) signatures checked, head \(found.head)")
        } catch let error as ReceiptError {
            FileHandle.standardError.write(Data("safe-rlhf-v: \(error)\n".utf8))
            throw ExitCode(ExitStatus.badData.rawValue)
        }
    }

    private func key(_ path: String) throws -> [UInt8] {
        let text = String(decoding: try DurableFiles.read(URL(filePath: path), limit: 4096), as: UTF8.self)
        guard let bytes = Data(base64Encoded: text.filter { !$0.isWhitespace }), bytes.count == 32 else {
            throw ValidationError("--public-key: expected 32 bytes in base64")
        }
        return Array(bytes)
    }
}

struct GuardReceiptsKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make a pair of Ed25519 keys for signing receipts.",
        discussion:
            "Example: safe-rlhf-v guard receipts key --output receipts    (writes receipts.key and receipts.pub)")

    @Option(help: "Path of both files without their endings.")
    var output: String

    func run() throws {
        let (privateKey, publicKey) = ReceiptKeys.make()
        try DurableFiles.write(privateKey + "\n", to: URL(filePath: output + ".key"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: output + ".key")
        try DurableFiles.write(publicKey + "\n", to: URL(filePath: output + ".pub"))
        print("wrote \(output).key (keep it secret) and \(output).pub")
    }
}
