import Crypto
package import Guardrails
import Synchronization

/// Who calls, and what is left of its limits.
package final class Caller: Sendable {
    package let name: String
    private let bucket: TokenBucket?
    private let concurrency: Int
    private let running = Mutex(0)

    init(name: String, bucket: TokenBucket?, concurrency: Int) {
        (self.name, self.bucket, self.concurrency) = (name, bucket, concurrency)
    }

    /// Lets a request in, or says why not.
    package func admit() throws(WireError) {
        let isFull = running.withLock { running in
            if running >= concurrency { return true }
            running += 1
            return false
        }
        if isFull { throw .tooMany("this key has \(concurrency) requests running already", retryAfterSeconds: 1) }
        if let wait = bucket?.take() {
            running.withLock { $0 -= 1 }
            throw .tooMany("the rate limit of this key is reached", retryAfterSeconds: wait)
        }
    }

    package func leave() { running.withLock { $0 -= 1 } }

    /// Charges rounds beyond the first.
    package func charge(rounds: Int) { if rounds > 1 { bucket?.charge(Double(rounds - 1)) } }
}

/// The keys that are let in. Only hashes are kept; every comparison takes the same time wherever it differs, and all keys
/// are always compared.
package final class Keyring: Sendable {
    private let entries: [(hash: [UInt8], caller: Caller)]
    private let anybody: Caller?

    package init(_ keys: [KeyConfig], time: TimeSource) {
        entries = keys.map { key in
            let bucket =
                key.requestsPerMinute > 0
                ? TokenBucket(capacity: key.burst, perSecond: key.requestsPerMinute / 60, time: time) : nil
            return (
                bytes(ofHexadecimal: key.sha256),
                Caller(name: key.name, bucket: bucket, concurrency: key.concurrency)
            )
        }
        anybody = keys.isEmpty ? Caller(name: "anybody", bucket: nil, concurrency: .max) : nil
    }

    /// The caller with the key in an `Authorization` header.
    package func caller(authorization: [String]) throws(WireError) -> Caller {
        if let anybody { return anybody }
        guard authorization.count == 1, let header = authorization.first else {
            throw .unauthorized("no API key was given: send `Authorization: Bearer KEY`")
        }
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw .unauthorized("the API key must be sent as `Authorization: Bearer KEY`")
        }

        let presented = Array(SHA256.hash(data: Array(parts[1].utf8)))
        var found: Caller?
        for (hash, caller) in entries where isEqual(hash, presented) { found = caller }
        guard let found else { throw .unauthorized("the API key is not known here") }
        return found
    }
}

/// Equality that takes the same time for all bytes of the same count.
private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}

private func bytes(ofHexadecimal text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// A new key and the hash that a configuration holds of it.
public enum KeyMaking {
    public static func make() -> (key: String, sha256: String) {
        let key = "sk-" + hexadecimal(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
        return (key, hexadecimal(SHA256.hash(data: Array(key.utf8))))
    }
}

/// Bytes as hexadecimal digits.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
