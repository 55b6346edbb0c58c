import Crypto
import CryptoExtras
import Foundation

/// How much work hashing a password takes: scrypt's cost (memory 128·r·2^logRounds bytes) and how often it is paid.
public struct PasswordCost: Sendable {
    public var logRounds: Int
    public var parallelism: Int

    /// 2¹⁵ rounds of 1 KiB blocks (32 MiB), three times: one of the settings that OWASP's password storage page holds equal.
    public static let standard = PasswordCost(logRounds: 15, parallelism: 3)

    public init(logRounds: Int, parallelism: Int) {
        self.logRounds = logRounds
        self.parallelism = parallelism
    }
}

/// Passwords as the store keeps them: `scrypt$logRounds$parallelism$salt$key`, salt and key in hexadecimal digits.
enum PasswordHash {
    static let lengths = 10...200
    private static let blockSize = 8
    private static let keyBytes = 32

    static func make(_ password: String, _ cost: PasswordCost) throws -> String {
        let salt = SecretToken.randomBytes(16)
        let key = try derive(password, salt, cost)
        return "scrypt$\(cost.logRounds)$\(cost.parallelism)$\(hexadecimal(salt))$\(hexadecimal(key))"
    }

    /// Whether the password is the one that was hashed; takes the same time for every wrong one. A hash that cannot be read fits
    /// no password.
    static func matches(_ password: String, _ hash: String) throws -> Bool {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "scrypt", let rounds = Int(parts[1]), (1...20).contains(rounds),
            let parallelism = Int(parts[2]), (1...16).contains(parallelism), let salt = bytes(ofHexadecimal: parts[3]),
            let key = bytes(ofHexadecimal: parts[4])
        else { return false }
        return isEqual(try derive(password, salt, PasswordCost(logRounds: rounds, parallelism: parallelism)), key)
    }

    private static func derive(_ password: String, _ salt: [UInt8], _ cost: PasswordCost) throws -> [UInt8] {
        // note: one spelling for letters that can be composed in two ways, as keyboards differ
        let normalized = Array(password.precomposedStringWithCompatibilityMapping.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: normalized, salt: salt, outputByteCount: keyBytes, rounds: 1 << cost.logRounds, blockSize: blockSize,
            parallelism: cost.parallelism)
        return key.withUnsafeBytes { Array($0) }
    }
}

/// Random secrets that people carry: sessions and invitations. The store keeps only their hashes.
enum SecretToken {
    static func make() -> String { hexadecimal(randomBytes(32)) }

    static func hash(_ token: String) -> String { hexadecimal(SHA256.hash(data: Array(token.utf8))) }

    static func randomBytes(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: 8 * count)).withUnsafeBytes { Array($0) }
    }
}

/// Bytes as hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

private func bytes(ofHexadecimal text: Substring) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// Equality that takes the same time for all bytes of the same count.
private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
