import ChatServers
import Foundation
import Guardrails
import Hummingbird
import StrictJSON

/// `GET /v1/models` and `/v1/models/{id}`: the upstream server's models, and the guard.
struct ModelsRoute: Sendable {
    let service: ChatService

    func list(_ exchange: Exchange) async throws -> Response {
        exchange.response(["object": "list", "data": .array(try await models(exchange))], decision: "allow")
    }

    func one(_ id: String, _ exchange: Exchange) async throws -> Response {
        let wanted = id.removingPercentEncoding ?? id
        guard let model = try await models(exchange).first(where: { $0["id"]?.string == wanted }) else {
            throw WireError(
                status: .notFound, message: "there is no such model", type: "invalid_request_error", param: "model",
                code: "model_not_found")
        }
        return exchange.response(model, decision: "allow")
    }

    private func models(_ exchange: Exchange) async throws -> [JSONValue] {
        let bytes = try await service.called { try await service.upstream.models(requestID: exchange.requestID, trace: exchange.trace) }
        guard let list = (try? JSONValue(parsing: bytes))?["data"]?.array else {
            throw WireError.upstream("the upstream server's list of models is not one")
        }
        let models: [JSONValue] = list.compactMap { model in
            guard let id = ChatAnswer.name(model["id"]) else { return nil }
            return entry(
                id, created: model["created"]?.integer ?? 0, owner: ChatAnswer.name(model["owned_by"]) ?? "upstream")
        }
        return models + [
            entry(ModerationRequest.defaultModel, created: 0, owner: "guard:" + service.judge.guardModel.identity.name)
        ]
    }

    private func entry(_ id: String, created: Int, owner: String) -> JSONValue {
        ["id": .string(id), "object": "model", "created": .integer(Int64(created)), "owned_by": .string(owner)]
    }
}
