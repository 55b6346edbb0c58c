public import ConfigFiles
import Foundation
import Guardrails

extension GatewayConfig: Checkable {
    public func problems() -> [String] {
        var problems = judging.problems(at: "judging") + regeneration.problems(at: "regeneration")
        func require(_ isRight: Bool, _ sentence: String) { if !isRight { problems.append(sentence) } }

        require((0...65535).contains(port), "port must be 0 to 65535, found \(port)")
        require(
            tls.certificateFile.isEmpty == tls.keyFile.isEmpty,
            "tls.certificateFile and tls.keyFile must both be given, or neither")
        require(
            !keys.isEmpty || isLoopback,
            "host is \(host), which others can reach: give keys, or listen on 127.0.0.1 or ::1")
        require(policyReloadSeconds >= 0, "policyReloadSeconds must be at least 0, found \(policyReloadSeconds)")
        let address = URL(string: upstream.url)
        require(
            ["http", "https"].contains(address?.scheme) && address?.host() != nil,
            "upstream.url must be an http or https address, found \"\(upstream.url)\"")
        for (name, value) in positive { require(value > 0, "\(name) must be above 0, found \(value)") }
        require(
            limits.drainDelaySeconds >= 0,
            "limits.drainDelaySeconds must be at least 0, found \(limits.drainDelaySeconds)")
        require(
            streaming.overlapTokens >= 0, "streaming.overlapTokens must be at least 0, found \(streaming.overlapTokens)"
        )
        require(
            streaming.contextTokens >= streaming.overlapTokens,
            "streaming.contextTokens must be at least overlapTokens = \(streaming.overlapTokens), found \(streaming.contextTokens)"
        )
        require(
            receipts.signingKeyFile.isEmpty || !receipts.file.isEmpty,
            "receipts.signingKeyFile is given, but receipts.file is not: there is nothing to sign")
        problems += keyProblems
        return problems
    }

    private var isLoopback: Bool { host == "::1" || host == "localhost" || host.hasPrefix("127.") }

    private var positive: [(String, Double)] {
        [
            ("upstream.connectSeconds", upstream.connectSeconds), ("upstream.idleSeconds", upstream.idleSeconds),
            ("upstream.deadlineSeconds", upstream.deadlineSeconds),
            ("upstream.maximumBytes", Double(upstream.maximumBytes)),
            ("upstream.connections", Double(upstream.connections)),
            ("streaming.windowTokens", Double(streaming.windowTokens)),
            ("streaming.pingSeconds", streaming.pingSeconds), ("limits.bodyBytes", Double(limits.bodyBytes)),
            ("limits.headerBytes", Double(limits.headerBytes)), ("limits.messages", Double(limits.messages)),
            ("limits.textBytesPerMessage", Double(limits.textBytesPerMessage)),
            ("limits.choices", Double(limits.choices)),
            ("limits.connections", Double(limits.connections)), ("limits.requests", Double(limits.requests)),
            ("limits.headerSeconds", limits.headerSeconds), ("limits.bodySeconds", limits.bodySeconds),
            ("limits.writeStallSeconds", limits.writeStallSeconds), ("limits.idleSeconds", limits.idleSeconds),
            ("limits.drainSeconds", limits.drainSeconds), ("pictures.maximumBytes", Double(pictures.maximumBytes)),
            ("pictures.maximumPixels", Double(pictures.maximumPixels)),
            ("pictures.maximumSide", Double(pictures.maximumSide)),
            ("pictures.fetchSeconds", pictures.fetchSeconds),
        ]
    }

    private var keyProblems: [String] {
        var problems: [String] = []
        for (index, key) in keys.enumerated() {
            let path = "keys[\(index)]"
            if key.name.isEmpty { problems.append("\(path).name is empty") }
            if keys.prefix(index).contains(where: { $0.name == key.name }) {
                problems.append("\(path).name \(key.name) occurs twice")
            }
            if key.sha256.count != 64 || !key.sha256.allSatisfy(\.isHexDigit) {
                problems.append("\(path).sha256 must be 64 hexadecimal digits: `serve key` prints a key and its hash")
            }
            if keys.prefix(index).contains(where: { $0.sha256.lowercased() == key.sha256.lowercased() }) {
                problems.append("\(path).sha256 is that of another key")
            }
            if !(key.requestsPerMinute >= 0) {
                problems.append("\(path).requestsPerMinute must be at least 0, found \(key.requestsPerMinute)")
            }
            if !(key.burst >= 1) { problems.append("\(path).burst must be at least 1, found \(key.burst)") }
            if key.concurrency < 1 {
                problems.append("\(path).concurrency must be at least 1, found \(key.concurrency)")
            }
        }
        return problems
    }
}
