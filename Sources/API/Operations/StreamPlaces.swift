import Supervisor

/// The places of event streams and of those who wait for an operation, counted for the metrics.
struct StreamPlaces: Sendable {
    private let slots = Slots<Originator>.streams()
    private let http: HTTPCounters

    init(counting http: HTTPCounters) {
        self.http = http
    }

    /// A place, held until the last reference to it goes.
    /// - Throws: 503 when the caller, or all together, hold as many as there are.
    func take(for caller: Caller) throws(Problem) -> StreamPlace {
        do throws(SlotRefusal) {
            // Only who has proved something comes as far as here.
            return StreamPlace(try slots.take(for: caller.originator ?? .system), http)
        } catch {
            throw Problem(stream: error)
        }
    }
}

/// One place; to be kept alive, with `withExtendedLifetime`, while it is needed.
final class StreamPlace: Sendable {
    private let slot: Slot
    private let http: HTTPCounters

    fileprivate init(_ slot: Slot, _ http: HTTPCounters) {
        self.slot = slot
        self.http = http
        http.count { $0.streams += 1 }
    }

    deinit {
        http.count { $0.streams -= 1 }
    }
}
