import Supervisor

/// `Event` on the wire.
struct EventBody: Encodable {
    let id: String
    let at: String
    let kind: String
    let actor: JSONValue
    let data: EventData

    enum CodingKeys: String, CodingKey {
        case id, at, kind, actor, data
    }

    init(_ event: Event) {
        id = event.id.description
        at = event.at.rfc3339
        kind = event.kind.rawValue
        actor = event.originator.json
        data = EventData(event)
    }
}

/// What an event tells: as the history has it, but operations as they are shown elsewhere, too.
enum EventData: Encodable {
    case members(JSONValue)
    case operation(OperationBody)

    private enum CodingKeys: String, CodingKey {
        case operation
    }

    init(_ event: Event) {
        switch event.kind {
        case .operationStarted, .operationFinished:
            let operation = event.data["operation"].flatMap(Operation.init)
            self = operation.map { .operation(OperationBody($0)) } ?? .members(event.data)
        default: self = .members(event.data)
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .members(let data): try data.encode(to: encoder)
        case .operation(let body):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(body, forKey: .operation)
        }
    }
}
