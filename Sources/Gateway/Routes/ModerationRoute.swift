import ChatServers
import Conversations
import Guardrails
import Hummingbird
import SafetyPolicies
import StrictJSON

/// `POST /v1/moderations`: one result for each input, in their order.
struct ModerationRoute: Sendable {
    let service: ChatService
    let pictures: PictureReader

    func respond(_ body: JSONValue, _ exchange: Exchange) async throws -> Response {
        let request = try await ModerationRequest.read(body, limits: service.config.limits, pictures: pictures)
        var results: [JSONValue] = []
        for input in request.inputs {
            let judgement = try await service.measured {
                try await service.judge.request([input], under: exchange.policy)
            }
            results.append(
                ModerationResult(
                    judgement: judgement, policy: exchange.policy, hasText: input.parts.contains { !$0.isImage },
                    hasImages: !input.images.isEmpty
                ).json)
        }
        let body: JSONValue = [
            "id": .string("modr-" + exchange.requestID), "model": .string(request.model), "results": .array(results),
        ]
        return exchange.response(body, decision: "judged")
    }
}

extension ContentPart {
    var isImage: Bool {
        if case .image = self { true } else { false }
    }
}
