import Supervisor

/// Events as frames of an event stream, encoded once however many follow.
final class EventFrames: Sendable {
    private let frames = Locked<[EventID: [UInt8]]>([:])

    /// Of an event that was just told, to all who follow.
    func live(_ event: Event) -> [UInt8] {
        if let frame = frames.withLock({ $0[event.id] }) { return frame }
        let frame = Self.frame(event)
        return frames.withLock { frames in
            // Another may have made the same one meanwhile: all are to share one.
            if let frame = frames[event.id] { return frame }
            if frames.count >= Journal.readerLimit * 2 {
                let oldest = event.id.number - Int64(Journal.readerLimit)
                frames = frames.filter { $0.key.number > oldest }
            }
            frames[event.id] = frame
            return frame
        }
    }

    /// Of an event of the past, for one who catches up.
    static func frame(_ event: Event) -> [UInt8] {
        frame(event.kind.rawValue, id: event.id, jsonBytes(of: EventBody(event)))
    }

    /// Tells a reader that it may have missed something, and where the history is now.
    static func reset(oldest: EventID?, newest: EventID) -> [UInt8] {
        frame("reset", id: newest, jsonBytes(of: ResetBody(oldest: oldest, newest: newest)))
    }

    /// How long a client waits before it connects again, in milliseconds.
    static let retry = Array("retry: 3000\n\n".utf8)
    static let heartbeat = Array(":\n\n".utf8)

    /// JSON is one line: its strings have no raw line ends.
    private static func frame(_ name: String, id: EventID, _ json: [UInt8]) -> [UInt8] {
        Array("id: \(id)\nevent: \(name)\ndata: ".utf8) + json + Array("\n\n".utf8)
    }
}

/// What of the history is kept, for one who may have missed something.
struct ResetBody: Encodable {
    @Nullable var oldest: String?
    let newest: String

    enum CodingKeys: String, CodingKey {
        case oldest, newest
    }

    init(oldest: EventID?, newest: EventID) {
        self.oldest = oldest?.description
        self.newest = newest.description
    }
}
