import Supervisor

/// A number of places, of which each actor may hold only a few.
package final class Slots<Actor: Equatable & Sendable>: Sendable {
    private let total: Int
    private let each: Int
    private let holders = Locked<[Actor]>([])

    package init(total: Int, each: Int) {
        self.total = total
        self.each = each
    }

    package var taken: Int { holders.withLock(\.count) }

    /// A place, held until the last reference to it goes.
    package func take(for actor: Actor) throws(SlotRefusal) -> Slot {
        try holders.withLock { holders throws(SlotRefusal) in
            guard holders.count(where: { $0 == actor }) < each else { throw .actorHasAll }
            guard holders.count < total else { throw .allTaken }
            holders.append(actor)
        }
        return Slot { [self] in
            holders.withLock { holders in
                if let index = holders.firstIndex(of: actor) { holders.remove(at: index) }
            }
        }
    }
}

/// One place of `Slots`; to be kept alive, with `withExtendedLifetime`, while it is needed.
package final class Slot: Sendable {
    private let release: @Sendable () -> Void

    init(release: @escaping @Sendable () -> Void) {
        self.release = release
    }

    deinit {
        release()
    }
}

package enum SlotRefusal: Error, Equatable {
    case allTaken
    /// The actor holds as many as one may.
    case actorHasAll
}

extension Slots {
    /// Event streams and those who wait for an operation.
    package static func streams() -> Slots { Slots(total: 16, each: 4) }

    /// Uploads over one kind of listener.
    package static func uploads() -> Slots { Slots(total: 2, each: 1) }
}

extension Problem {
    package init(stream refusal: SlotRefusal) {
        self = .tooManyStreams
    }

    package init(upload refusal: SlotRefusal) {
        switch refusal {
        case .allTaken: self = .tooManyUploads
        case .actorHasAll: self = .uploadInProgress
        }
    }
}
