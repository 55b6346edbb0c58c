import ChatServers
public import ConfigFiles
import Foundation
import Guardrails

extension GatewayConfig: Checkable {
    public func problems() -> [String] {
        var problems = judging.problems(at: "judging") + regeneration.problems(at: "regeneration")
        problems += listeningProblems(host: host, port: port, tls: tls, hasKeys: !keys.isEmpty)
        problems += limits.problems(at: "limits") + pictures.problems(at: "pictures")
        func require(_ isRight: Bool, _ sentence: String) { if !isRight { problems.append(sentence) } }

        require(policyReloadSeconds >= 0, "policyReloadSeconds must be at least 0, found \(policyReloadSeconds)")
        let address = URL(string: upstream.url)
        require(
            ["http", "https"].contains(address?.scheme) && address?.host() != nil,
            "upstream.url must be an http or https address, found \"\(upstream.url)\"")
        for (name, value) in positive { require(value > 0, "\(name) must be above 0, found \(value)") }
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
        problems += keys.problems(at: "keys")
        return problems
    }

    private var positive: [(String, Double)] {
        [
            ("upstream.connectSeconds", upstream.connectSeconds), ("upstream.idleSeconds", upstream.idleSeconds),
            ("upstream.deadlineSeconds", upstream.deadlineSeconds),
            ("upstream.maximumBytes", Double(upstream.maximumBytes)),
            ("upstream.connections", Double(upstream.connections)),
            ("streaming.windowTokens", Double(streaming.windowTokens)),
            ("streaming.pingSeconds", streaming.pingSeconds),
        ]
    }
}
