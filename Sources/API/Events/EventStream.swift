import Supervisor

/// One client's stream of events, from where it left off.
struct EventStream: Sendable {
    let supervisor: NodeSupervisor
    let frames: EventFrames
    let client: ClientWatch
    let start: Start
    private let reader = JournalReader()

    init(
        supervisor: NodeSupervisor, frames: EventFrames, client: ClientWatch, start: Start
    ) {
        self.supervisor = supervisor
        self.frames = frames
        self.client = client
        self.start = start
    }

    enum Start: Sendable, Equatable {
        /// With what comes.
        case live
        case after(EventID)
        /// After something that is no event of ours.
        case unknown
    }

    /// Events read from disk at once.
    private static let page = 100
    /// How often the caller's token is looked at, and how many of these looks a heartbeat takes.
    private static let pace = Duration.seconds(2.5)
    private static let looksPerHeartbeat = 6

    /// Writes until the client is too far behind or may not stay, or the task is cancelled.
    func send(to writer: BodyWriter) async throws(StreamEnd) {
        let result = await withTaskGroup(of: Result<Void, StreamEnd>.self) { group in
            group.addTask {
                do throws(StreamEnd) {
                    return .success(try await tell(writer))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await mind()
                return .success(())
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
        try result.get()
    }

    private func tell(_ writer: BodyWriter) async throws(StreamEnd) {
        // Also when nothing was taken yet, so that the journal forgets it.
        defer { reader.end() }
        try await writer.write(EventFrames.retry)
        try await catchUp(writer)
        for await turn in reader.turns {
            switch turn {
            case .told(let event): try await writer.write(frames.live(event))
            case .nudged: try await writer.write(EventFrames.heartbeat)
            }
        }
    }

    /// Tells what was missed, and has the reader told all that comes after.
    private func catchUp(_ writer: BodyWriter) async throws(StreamEnd) {
        let journal = supervisor.journal
        switch start {
        case .live: journal.attach(reader)
        case .unknown: try await reset(writer)
        case .after(var id):
            while !journal.attach(reader, after: id) {
                let page = await supervisor.events(after: id, limit: Self.page)
                guard page.isGapless, let last = page.events.last else {
                    return try await reset(writer)
                }
                try await writer.write(page.events.flatMap(EventFrames.frame))
                id = last.id
            }
        }
    }

    private func reset(_ writer: BodyWriter) async throws(StreamEnd) {
        let newest = supervisor.journal.attach(reader)
        let oldest = await supervisor.events(after: nil, limit: 1).events.first
        try await writer.write(EventFrames.reset(oldest: oldest?.id, newest: newest))
    }

    /// Returns when the caller may not stay; gives the stream its heartbeats until then.
    private func mind() async {
        var looks = 0
        while !Task.isCancelled {
            await client.pause(Self.pace)
            guard client.mayStay else { return }
            looks += 1
            if looks.isMultiple(of: Self.looksPerHeartbeat) { reader.nudge() }
        }
    }
}
