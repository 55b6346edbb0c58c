import ChatServers
import Conversations
import Guardrails
import Hummingbird
import SafetyPolicies
import StrictJSON

/// `POST /beta/litellm_basic_guardrail_api`: LiteLLM's generic guard hook. What it sends is judged by the one judging
/// path; what does not pass is blocked.
struct LiteLLMRoute: Sendable {
    let service: ChatService
    let reader: ChatRequestReader

    func respond(_ body: JSONValue, _ exchange: Exchange) async throws -> Response {
        guard let body = body.object else {
            throw WireError.badRequest("the body must be an object, found \(body.kind)")
        }
        guard let side = body["input_type"]?.string, ["request", "response"].contains(side) else {
            throw WireError.badRequest("input_type must be request or response", param: "input_type")
        }
        let texts = try list(body, "texts").map { value in
            guard let text = value.string else { throw WireError.badRequest("texts must be texts", param: "texts") }
            return text
        }
        let prompt = try await conversation(body)
        let judgement = try await service.measured {
            side == "request"
                ? try await service.judge.request(
                    prompt + (texts.isEmpty ? [] : [Turn(.user, texts.map(ContentPart.text))]), under: exchange.policy)
                : try await service.judge.response(texts.joined(separator: "\n"), to: prompt, under: exchange.policy)
        }
        let decision = judgement.decision
        let action = decision.passes ? "NONE" : "BLOCKED"
        var answer: JSONObject = ["action": .string(action)]
        answer["blocked_reason"] =
            decision.passes ? .null : .string(exchange.policy.refusal(decision.direction, decision.category))
        return exchange.response(.object(answer), decision: decision.passes ? decision.action.rawValue : "blocked")
    }

    /// The messages, tool definitions and pictures that came along.
    private func conversation(_ body: JSONObject) async throws -> [Turn] {
        var turns: [Turn] = []
        let tools = try list(body, "tools").flatMap(\.strings)
        if !tools.isEmpty { turns.append(Turn(.system, text: tools.joined(separator: "\n"))) }
        let messages = try list(body, "structured_messages")
        if !messages.isEmpty {
            turns += try await reader.read(["model": "-", "messages": .array(messages)]).turns
        }
        let images = try list(body, "images")
        guard images.count <= service.config.limits.images else {
            throw WireError.badRequest(
                "more than the \(service.config.limits.images) pictures allowed", param: "images")
        }
        var parts: [ContentPart] = []
        for (index, image) in images.enumerated() {
            guard let url = image.string else { throw WireError.badRequest("images must be texts", param: "images") }
            parts.append(.image(try await reader.pictures.picture(at: url, param: "images[\(index)]")))
        }
        if !parts.isEmpty { turns.append(Turn(.user, parts)) }
        return turns
    }

    private func list(_ body: JSONObject, _ key: String) throws -> [JSONValue] {
        guard let value = body[key], !value.isNull else { return [] }
        guard let list = value.array else {
            throw WireError.badRequest("\(key) must be a list, found \(value.kind)", param: key)
        }
        return list
    }
}
