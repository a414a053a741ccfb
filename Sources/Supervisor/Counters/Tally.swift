/// A count for each case of a closed list; 0 until something is counted.
package struct Tally<Case: Hashable & CaseIterable & Sendable>: Sendable, Equatable {
    private var counts: [Case: Int] = [:]

    package init() {}

    package subscript(_ key: Case) -> Int {
        get { counts[key, default: 0] }
        set { counts[key] = newValue }
    }

    package var total: Int { counts.values.reduce(0, +) }
}
