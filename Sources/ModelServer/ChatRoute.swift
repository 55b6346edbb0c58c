import ChatServers
import Guardrails
import HTTPTypes
import Hummingbird
import ModelServing
import NIOCore
import StrictJSON

/// `POST /v1/chat/completions`.
struct ChatRoute: Sendable {
    let scheduler: ModelScheduler
    let reader: ChatParametersReader
    let metrics: Metrics
    let peers: Peers
    let time: TimeSource
    let pingSeconds: Double

    func respond(
        _ body: JSONValue, _ requestID: String, _ channel: any Channel, _ permit: Permit
    ) async throws -> Response {
        let parameters = try await reader.read(body)
        let prepared: PreparedRequest
        let events: AsyncThrowingStream<ServedEvent, any Error>
        do throws(ServingError) {
            prepared = try scheduler.prepare(parameters.request)
            events = try scheduler.serve(prepared)
        } catch { throw WireError(serving: error) }
        metrics.count("model_prompt_tokens_total", by: Double(prepared.promptTokens))

        let answers = ChatAnswers(
            modelName: reader.modelName, promptTokens: prepared.promptTokens,
            tellsLogProbs: parameters.request.alternativeCount != nil)
        let headers: HTTPFields = [.xRequestID: requestID]
        guard parameters.isStreaming else {
            let choices = try await collected(events, parameters.request.choiceCount)
            return .json(answers.whole(choices), headers: headers)
        }
        // What goes wrong before the first token still has a status.
        let first = try await firstEvent(events)
        return .eventStream(
            headers: headers, channel: channel, peers: peers, pingSeconds: pingSeconds, time: time, permit: permit
        ) { emit in
            await stream(first, events, answers, parameters, emit)
        }
    }

    // MARK: - Not streamed

    private func collected(
        _ events: AsyncThrowingStream<ServedEvent, any Error>, _ choiceCount: Int
    ) async throws -> [ChatAnswers.Choice] {
        var choices = [ChatAnswers.Choice](repeating: .init(), count: choiceCount)
        var isFirst = true
        let start = time.now()
        do {
            for try await event in events {
                if isFirst { observeFirst(since: start) }
                isFirst = false
                switch event {
                case .piece(let index, let text, let tokens):
                    choices[index].text += text
                    choices[index].tokens += tokens
                case .finished(let index, let reason, let tokenCount):
                    (choices[index].reason, choices[index].tokenCount) = (reason, tokenCount)
                    metrics.count("model_response_tokens_total", by: Double(tokenCount))
                }
            }
        } catch let error as ServingError { throw WireError(serving: error) }
        try Task.checkCancellation()
        return choices
    }

    // MARK: - Streamed

    private func firstEvent(_ events: AsyncThrowingStream<ServedEvent, any Error>) async throws -> ServedEvent? {
        let start = time.now()
        do {
            var iterator = events.makeAsyncIterator()
            let first = try await iterator.next()
            try Task.checkCancellation()
            observeFirst(since: start)
            return first
        } catch let error as ServingError { throw WireError(serving: error) }
    }

    private func stream(
        _ first: ServedEvent?, _ events: AsyncThrowingStream<ServedEvent, any Error>, _ answers: ChatAnswers,
        _ parameters: ChatParameters, _ emit: @Sendable ([UInt8]) -> Void
    ) async {
        var tokenCount = 0
        func tell(_ event: ServedEvent) {
            switch event {
            case .piece(let index, let text, let tokens):
                emit(Self.event(answers.chunk(index, ["content": .string(text)], tokens: tokens)))
            case .finished(let index, let reason, let count):
                tokenCount += count
                metrics.count("model_response_tokens_total", by: Double(count))
                emit(Self.event(answers.chunk(index, [:], reason: reason)))
            }
        }
        for index in 0..<parameters.request.choiceCount {
            emit(Self.event(answers.chunk(index, ["role": "assistant", "content": ""])))
        }
        do {
            if let first { tell(first) }
            for try await event in events { tell(event) }
            guard !Task.isCancelled else { return }
            if parameters.includesUsage { emit(Self.event(answers.usageChunk(tokenCount))) }
            emit(Array("data: [DONE]\n\n".utf8))
        } catch {
            let told = (error as? ServingError).map(WireError.init(serving:)) ?? WireError(general: error)
            emit(Self.event(told.json))
        }
    }

    private static func event(_ value: JSONValue) -> [UInt8] {
        Array("data: ".utf8) + value.serializedBytes() + Array("\n\n".utf8)
    }

    private func observeFirst(since start: Duration) {
        metrics.observe("model_first_text_seconds", seconds: (time.now() - start).inSeconds)
    }
}

extension WireError {
    /// What a client is told when its request is not served.
    init(serving error: ServingError) {
        switch error {
        case .tooLong: self = .badRequest("\(error)", param: "messages", code: "context_length_exceeded")
        case .tooLarge: self = .badRequest("\(error)", param: "max_tokens", code: "context_length_exceeded")
        case .tooManyChoices: self = .badRequest("\(error)", param: "n")
        case .unreadable: self = .badRequest("\(error)", param: "messages", code: "unreadable_messages")
        case .queueIsFull, .waitedTooLong: self = .busy("\(error)")
        case .failed:
            self = WireError(
                status: .internalServerError, message: "the model failed", type: "server_error", code: "model_failed")
        }
    }
}
