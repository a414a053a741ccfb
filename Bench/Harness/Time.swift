import Glibc

/// Nanoseconds of CLOCK_MONOTONIC, the clock of every program of a benchmark.
func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func reason(_ code: Int32) -> String {
    String(cString: strerror(code))
}

extension UInt64 {
    static func seconds(_ count: Int) -> UInt64 { UInt64(count) * 1_000_000_000 }
}

/// How long anything may take before it counts as not happening.
let patience = UInt64.seconds(20)

/// Looks every millisecond, for a bounded time: for what only looking can tell.
func eventually(_ isSo: () throws(BenchError) -> Bool) throws(BenchError) -> Bool {
    let deadline = now() + patience
    while try !isSo() {
        guard now() < deadline else { return false }
        usleep(1000)
    }
    return true
}
