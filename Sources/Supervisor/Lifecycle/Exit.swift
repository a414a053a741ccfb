/// How a process ended.
package enum Exit: Sendable, Hashable {
    case code(Int32)
    case signal(Int32)
    /// An adopted process on a kernel that does not tell its status to strangers.
    case unknown

    /// The wait status of wait(2).
    package init(status: Int32) {
        self = status & 0x7f == 0 ? .code((status >> 8) & 0xff) : .signal(status & 0x7f)
    }

    /// What a shell would report: the code, 128+n for a signal, 1 when unknown.
    package var processCode: Int32 {
        switch self {
        case .code(let code): code
        case .signal(let signal): 128 + signal
        case .unknown: 1
        }
    }

    package var isSuccess: Bool { self == .code(0) }
}
