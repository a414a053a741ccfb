/// How log lines show the time: the names of COSMOVISOR_TIMEFORMAT_LOGS.
enum TimeFormat: String, CaseIterable, Sendable {
    case layout, ansic, unixdate, rubydate, rfc822, rfc822z, rfc850, rfc1123, rfc1123z, rfc3339,
        rfc3339nano, kitchen

    /// The format as a Go time layout, which is how Cosmovisor's `config` shows it.
    var goLayout: String {
        switch self {
        case .layout: "01/02 03:04:05PM '06 -0700"
        case .ansic: "Mon Jan _2 15:04:05 2006"
        case .unixdate: "Mon Jan _2 15:04:05 MST 2006"
        case .rubydate: "Mon Jan 02 15:04:05 -0700 2006"
        case .rfc822: "02 Jan 06 15:04 MST"
        case .rfc822z: "02 Jan 06 15:04 -0700"
        case .rfc850: "Monday, 02-Jan-06 15:04:05 MST"
        case .rfc1123: "Mon, 02 Jan 2006 15:04:05 MST"
        case .rfc1123z: "Mon, 02 Jan 2006 15:04:05 -0700"
        case .rfc3339: "2006-01-02T15:04:05Z07:00"
        case .rfc3339nano: "2006-01-02T15:04:05.999999999Z07:00"
        case .kitchen: "3:04PM"
        }
    }
}
