import StageMessages

/// What an archive may still cost.
struct Budget {
    private let limits: UnpackOrder.Limits
    private var entries = 0
    private var bytes: Int64 = 0

    init(_ limits: UnpackOrder.Limits) {
        self.limits = limits
    }

    /// One more entry, or a folder that no entry names.
    mutating func countEntry() throws(StageFailure) {
        entries += 1
        guard entries <= limits.entries else {
            throw StageFailure(
                .limitExceeded, "the archive has more than \(limits.entries) entries")
        }
    }

    /// - Parameter size: What an entry says that it is, before a byte of it has come.
    func admit(_ size: Int64) throws(StageFailure) {
        let (total, overflows) = bytes.addingReportingOverflow(size)
        guard !overflows, total <= limits.bytes else {
            throw StageFailure(
                .limitExceeded, "the archive holds more than \(limits.bytes) bytes, unpacked")
        }
    }

    /// - Parameter read: Bytes of the archive until now.
    mutating func spend(_ size: Int64, read: Int64) throws(StageFailure) {
        try admit(size)
        bytes += size
        let (most, overflows) = read.multipliedReportingOverflow(by: limits.ratio)
        guard bytes <= limits.ratioFrom || overflows || bytes <= most else {
            throw StageFailure(
                .limitExceeded,
                "the archive unpacks to more than \(limits.ratio) times what it is")
        }
    }
}
