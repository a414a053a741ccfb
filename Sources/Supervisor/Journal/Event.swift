import FoundationEssentials

/// One line of the history: what happened, when, and by whom.
package struct Event: Sendable, Equatable {
    package let id: EventID
    package let at: Date
    package let kind: Kind
    package let originator: Originator
    /// The members that the API's contract lists for the kind, all of them.
    package let data: JSONValue

    /// Everything that is worth a line; the API's words.
    package enum Kind: String, Sendable, CaseIterable {
        case supervisorStarted = "supervisor_started"
        case supervisorStopping = "supervisor_stopping"
        case configReloaded = "config_reloaded"
        case phaseChanged = "phase_changed"
        case holdChanged = "hold_changed"
        case daemonStarted = "daemon_started"
        case daemonExited = "daemon_exited"
        case planChanged = "plan_changed"
        case planFile = "plan_file"
        case binaryChanged = "binary_changed"
        case preflightChanged = "preflight_changed"
        case operationStarted = "operation_started"
        case operationFinished = "operation_finished"
        case stepFinished = "step_finished"
        case backupChanged = "backup_changed"
    }
}

/// `<journal>.<n>`: which history, and the how-manieth event of it, counted up by one.
package struct EventID: Sendable, Hashable, CustomStringConvertible {
    package let journal: String
    package let number: Int64

    package init(journal: String, number: Int64) {
        self.journal = journal
        self.number = number
    }

    /// Nil for a text of another form.
    package init?(_ text: String) {
        guard let dot = text.lastIndex(of: "."),
            let number = Int64(text[text.index(after: dot)...]),
            number > 0, dot > text.startIndex
        else { return nil }
        journal = String(text[..<dot])
        self.number = number
    }

    package var description: String { "\(journal).\(number)" }
}

extension Event: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, at, kind, data
        case originator = "actor"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func fail(_ key: CodingKeys) -> DecodingError {
            .dataCorruptedError(forKey: key, in: container, debugDescription: "not of this form")
        }
        guard let id = EventID(try container.decode(String.self, forKey: .id)) else {
            throw fail(.id)
        }
        guard let at = Timestamp.date(rfc3339: try container.decode(String.self, forKey: .at))
        else {
            throw fail(.at)
        }
        guard let kind = Kind(rawValue: try container.decode(String.self, forKey: .kind)) else {
            throw fail(.kind)
        }
        self.id = id
        self.at = at
        self.kind = kind
        originator = try container.decode(Originator.self, forKey: .originator)
        data = try container.decode(JSONValue.self, forKey: .data)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id.description, forKey: .id)
        try container.encode(at.rfc3339, forKey: .at)
        try container.encode(kind.rawValue, forKey: .kind)
        try container.encode(originator.json, forKey: .originator)
        try container.encode(data, forKey: .data)
    }
}
