import Supervisor

/// What the listeners did since this run began, counted for those who watch it.
///
/// To count is a locked addition, so it may be done anywhere.
package final class HTTPCounters: Sendable {
    private let values = Locked(Values())

    package init() {}

    package var snapshot: Values { values.withLock(\.self) }

    package func count(_ change: (inout Values) -> Void) {
        values.withLock(change)
    }

    /// - Parameter refusal: Nil counts nothing.
    package func count(_ refusal: Refusal?) {
        guard let refusal else { return }
        count { $0.refused[refusal] += 1 }
    }

    /// Why a request or a connection was refused before any work.
    package enum Refusal: String, Sendable, CaseIterable {
        case syntax, host, origin, credentials, scope
        /// The head or the body is too large.
        case limit
        case timeout
        /// There are too many connections, and all are at work.
        case capacity
    }

    /// All that is counted, at one moment; everything is there from the start, at 0.
    package struct Values: Sendable {
        package private(set) var requests: [RequestName: Int] = [:]
        package private(set) var durations: [ListenerKind: Histogram]
        package var refused = Tally<Refusal>()
        /// Open now.
        package var connections = Tally<ListenerKind>()
        /// Idle connections that were closed to make room.
        package var evictions = Tally<ListenerKind>()
        /// Event streams and waiters that are open now.
        package var streams = 0

        init() {
            let none = Histogram(bounds: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1])
            durations = Dictionary(uniqueKeysWithValues: ListenerKind.allCases.map { ($0, none) })
        }
    }

    /// What answered requests are told apart by.
    package struct RequestName: Sendable, Hashable {
        /// The template of the route, never the path, of which there is no end.
        let route: String
        /// Such as GET, or `other`.
        let method: String
        let code: Int
    }
}

extension HTTPCounters.Values {
    /// So many names are told apart; what is new beyond goes together, so that no client can make
    /// a scrape grow.
    private static let limit = 128

    /// - Parameters:
    ///   - route: The template, as `Router.template(of:)` says.
    ///   - method: Nil for one that is not known.
    package mutating func answered(_ route: String, _ method: Method?, with status: HTTPStatus) {
        let method = method?.rawValue ?? "other"
        var name = HTTPCounters.RequestName(route: route, method: method, code: status.rawValue)
        if requests[name] == nil, requests.count >= Self.limit {
            name = .init(route: Router.unmatched, method: "other", code: status.rawValue)
        }
        requests[name, default: 0] += 1
    }

    /// - Parameter duration: From the head read to the answer written; not of streams and uploads.
    package mutating func took(_ duration: Duration, on listener: ListenerKind) {
        durations[listener]?.observe(duration)
    }
}
