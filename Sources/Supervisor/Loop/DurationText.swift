extension Duration {
    /// For people: `850us`, `12ms`, `1.5s`, `90s`.
    package var inWords: String {
        let microseconds =
            components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        switch microseconds {
        case ..<1000: return "\(microseconds)us"
        case ..<1_000_000: return "\(microseconds / 1000)ms"
        case ..<10_000_000:
            return "\(microseconds / 1_000_000).\(microseconds % 1_000_000 / 100_000)s"
        default: return "\(microseconds / 1_000_000)s"
        }
    }
}
