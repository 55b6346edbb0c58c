import Crypto
import DurableFiles
public import Foundation
import StrictJSON

/// Checking a log of receipts, away from the gateway that wrote it.
public struct ReceiptVerification: Sendable, Equatable {
    /// Receipts in the log.
    public var count: Int
    /// The hash of the last one: keep it elsewhere, since a chain cannot show that its end was cut off.
    public var head: String
    /// Receipts with a signature that was checked.
    public var signedCount: Int

    /// Checks every line of a log: its form, its hash, its place in the chain, and its signature.
    ///
    /// - Parameters:
    ///   - publicKey: the Ed25519 key (32 bytes) that must have signed every receipt; nil checks the chain alone.
    ///   - expectedHead: the hash that the last receipt must have; nil takes any.
    /// - Throws: `ReceiptError` for the first line that does not hold; `FileError` when the file cannot be read.
    public init(of file: URL, publicKey: [UInt8]? = nil, expectedHead: String? = nil) throws {
        let key = try publicKey.map { try Curve25519.Signing.PublicKey(rawRepresentation: $0) }
        var walk = Walk(file: file.path, key: key)
        var line: [UInt8] = []
        try DurableFiles.readPieces(of: file) { piece in
            for byte in piece {
                if byte == UInt8(ascii: "\n") {
                    try walk.take(line)
                    line.removeAll(keepingCapacity: true)
                } else {
                    line.append(byte)
                }
            }
        }
        if !line.isEmpty { throw walk.error("the last line is not complete") }
        if let expectedHead, walk.previous != expectedHead {
            throw ReceiptError.damaged(
                file.path, line: 0,
                reason: "the last hash is \(walk.previous), expected \(expectedHead): receipts are missing at the end")
        }
        (count, head, signedCount) = (walk.count, walk.previous, walk.signedCount)
    }

    private struct Walk {
        let file: String
        let key: Curve25519.Signing.PublicKey?
        var previous = ReceiptChain.genesis
        var count = 0
        var signedCount = 0

        func error(_ reason: String) -> ReceiptError { .damaged(file, line: count + 1, reason: reason) }

        mutating func take(_ line: [UInt8]) throws {
            guard let record = try? JSONValue(parsing: line, limits: .line), let object = record.object else {
                throw error("not a JSON object")
            }
            guard object["sequence"]?.integer == count + 1 else { throw error("expected receipt number \(count + 1)") }
            guard object["previous"]?.string == previous else {
                throw error("it does not follow the receipt before it")
            }
            let hash = ReceiptChain.hash(of: object)
            guard object["hash"]?.string == hash else {
                throw error("its content was changed: the hash does not match")
            }
            if let key {
                guard let signature = object["signature"]?.string.flatMap({ Data(base64Encoded: $0) }) else {
                    throw error("it is not signed")
                }
                guard key.isValidSignature(signature, for: Data(hash.utf8)) else {
                    throw error("its signature is not from this key")
                }
                signedCount += 1
            }
            previous = hash
            count += 1
        }
    }
}

/// A new Ed25519 key for signing receipts; both halves as base64.
public enum ReceiptKeys {
    public static func make() -> (privateKey: String, publicKey: String) {
        let key = Curve25519.Signing.PrivateKey()
        return (key.rawRepresentation.base64EncodedString(), key.publicKey.rawRepresentation.base64EncodedString())
    }
}
