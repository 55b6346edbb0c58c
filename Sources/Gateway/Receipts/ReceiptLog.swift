import Crypto
import DurableFiles
import Foundation
import StrictJSON

/// The file of receipts: one JSON object a line, each chained to the one before, signed when there is a key. Opening it
/// goes on with the chain that is there.
actor ReceiptLog {
    private let file: AppendableFile
    private let signingKey: Curve25519.Signing.PrivateKey?
    private var previous: String
    private var sequence: Int

    /// Opens or creates the log. A half-written last line, as a loss of power leaves it, is dropped.
    init(_ config: ReceiptsConfig) throws {
        let url = URL(filePath: config.file)
        let end = try Self.end(of: url)
        file = try AppendableFile(appendingTo: url)
        if let end { try file.truncate(to: end.byteCount) }
        (previous, sequence) = (end?.hash ?? ReceiptChain.genesis, end?.sequence ?? 0)
        signingKey = try config.signingKeyFile.isEmpty ? nil : Self.key(in: URL(filePath: config.signingKeyFile))
    }

    /// Appends a receipt; once this returns, it is in the file.
    func append(_ receipt: Receipt) throws {
        var record: JSONObject = [
            "sequence": .integer(Int64(sequence + 1)), "time": .string(Date().formatted(.iso8601)),
            "previous": .string(previous),
        ]
        for member in receipt.json.members { record[member.key] = member.value }
        let hash = ReceiptChain.hash(of: record)
        record["hash"] = .string(hash)
        if let signingKey {
            record["signature"] = .string(Data(try signingKey.signature(for: Data(hash.utf8))).base64EncodedString())
        }
        try file.append(JSONValue.object(record).serialized() + "\n")
        (previous, sequence) = (hash, sequence + 1)
    }

    /// The last whole receipt of a file; nil when there is no file.
    private static func end(of url: URL) throws -> (byteCount: Int, hash: String, sequence: Int)? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        var (line, last): ([UInt8], [UInt8]) = ([], [])
        var byteCount = 0
        try DurableFiles.readPieces(of: url) { piece in
            for byte in piece {
                line.append(byte)
                if byte == UInt8(ascii: "\n") { (last, line, byteCount) = (line, [], byteCount + line.count) }
            }
        }
        if last.isEmpty { return (0, ReceiptChain.genesis, 0) }
        guard let record = try? JSONValue(parsing: last), let hash = record["hash"]?.string,
            let sequence = record["sequence"]?.integer
        else {
            throw ReceiptError.damaged(
                url.path, line: 0, reason: "its last line is no receipt; move the file away to begin a new chain")
        }
        return (byteCount, hash, sequence)
    }

    private static func key(in file: URL) throws -> Curve25519.Signing.PrivateKey {
        let text = String(decoding: try DurableFiles.read(file, limit: 4096), as: UTF8.self)
        guard let bytes = Data(base64Encoded: text.filter { !$0.isWhitespace }), bytes.count == 32 else {
            throw ReceiptError.noKey(file.path)
        }
        return try Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
    }
}

/// Why receipts cannot be kept or trusted.
public enum ReceiptError: Error, Sendable, Equatable {
    case damaged(String, line: Int, reason: String)
    case noKey(String)
}

extension ReceiptError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .damaged(let file, 0, let reason): "\(file): \(reason)"
        case .damaged(let file, let line, let reason): "\(file), line \(line): \(reason)"
        case .noKey(let file): "\(file): expected an Ed25519 key as 32 bytes in base64"
        }
    }
}
