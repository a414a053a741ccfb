import FoundationEssentials
import Supervisor

/// All that one answer of `/metrics` is rendered from.
struct Scrape: Sendable {
    let status: Status
    let counters: Counters.Values
    let http: HTTPCounters.Values
    /// Events that could not be written.
    let droppedEvents: Int
    /// Of everything that is served, so that each has a count from the start.
    let routes: [RouteName]
    /// Of the supervisor; nil when /proc does not tell.
    let ownUsage: ProcessUsage?
    let daemonUsage: ProcessUsage?
    let now: Date

    /// The catalogue, in its order.
    var families: [MetricFamily] {
        phaseFamilies + daemonFamilies + heightFamilies + nextPlanFamilies + planFamilies
            + switchFamilies + workFamilies + httpFamilies + ownFamilies + processFamilies
    }
}

/// A route as its requests are counted under.
struct RouteName: Sendable, Hashable {
    let method: Method
    let template: String
}
