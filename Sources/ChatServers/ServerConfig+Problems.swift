/// One sentence for each value of where a server listens that cannot be right.
package func listeningProblems(host: String, port: Int, tls: TLSConfig, hasKeys: Bool) -> [String] {
    var problems: [String] = []
    if !(0...65535).contains(port) { problems.append("port must be 0 to 65535, found \(port)") }
    if tls.certificateFile.isEmpty != tls.keyFile.isEmpty {
        problems.append("tls.certificateFile and tls.keyFile must both be given, or neither")
    }
    let isLoopback = host == "::1" || host == "localhost" || host.hasPrefix("127.")
    if !hasKeys, !isLoopback {
        problems.append("host is \(host), which others can reach: give keys, or listen on 127.0.0.1 or ::1")
    }
    return problems
}

extension LimitsConfig {
    /// One sentence for each value that cannot be right.
    package func problems(at path: String) -> [String] {
        let positive: [(String, Double)] = [
            ("bodyBytes", Double(bodyBytes)), ("headerBytes", Double(headerBytes)), ("messages", Double(messages)),
            ("textBytesPerMessage", Double(textBytesPerMessage)), ("choices", Double(choices)),
            ("connections", Double(connections)), ("requests", Double(requests)), ("headerSeconds", headerSeconds),
            ("bodySeconds", bodySeconds), ("writeStallSeconds", writeStallSeconds), ("idleSeconds", idleSeconds),
            ("drainSeconds", drainSeconds),
        ]
        return belowOrZero(positive, path)
            + (drainDelaySeconds >= 0 ? [] : ["\(path).drainDelaySeconds must be at least 0, found \(drainDelaySeconds)"])
    }
}

extension PicturesConfig {
    /// One sentence for each value that cannot be right.
    package func problems(at path: String) -> [String] {
        belowOrZero(
            [
                ("maximumBytes", Double(maximumBytes)), ("maximumPixels", Double(maximumPixels)),
                ("maximumSide", Double(maximumSide)), ("fetchSeconds", fetchSeconds),
            ], path)
    }
}

private func belowOrZero(_ values: [(String, Double)], _ path: String) -> [String] {
    values.filter { !($0.1 > 0) }.map { "\(path).\($0.0) must be above 0, found \($0.1)" }
}

extension [KeyConfig] {
    /// One sentence for each value that cannot be right.
    package func problems(at path: String) -> [String] {
        var problems: [String] = []
        for (index, key) in enumerated() {
            let place = "\(path)[\(index)]"
            if key.name.isEmpty { problems.append("\(place).name is empty") }
            if prefix(index).contains(where: { $0.name == key.name }) {
                problems.append("\(place).name \(key.name) occurs twice")
            }
            if key.sha256.count != 64 || !key.sha256.allSatisfy(\.isHexDigit) {
                problems.append("\(place).sha256 must be 64 hexadecimal digits: `serve key` prints a key and its hash")
            }
            if prefix(index).contains(where: { $0.sha256.lowercased() == key.sha256.lowercased() }) {
                problems.append("\(place).sha256 is that of another key")
            }
            if !(key.requestsPerMinute >= 0) {
                problems.append("\(place).requestsPerMinute must be at least 0, found \(key.requestsPerMinute)")
            }
            if !(key.burst >= 1) { problems.append("\(place).burst must be at least 1, found \(key.burst)") }
            if key.concurrency < 1 {
                problems.append("\(place).concurrency must be at least 1, found \(key.concurrency)")
            }
        }
        return problems
    }
}
