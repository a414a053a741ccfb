import Glibc

/// Something that is done to a supervisor again and again.
protocol LeakStory {
    /// The file that makes the daemon do it by itself.
    var manner: String { get }
    /// The signal that makes a daemon that stayed go on.
    var push: Int32 { get }

    /// The daemon has begun once more.
    func follow(_ main: Event, in home: BenchHome) throws(BenchError)
}

extension LeakStory {
    /// Follows the daemon until it stays.
    func rest(in home: BenchHome) throws(BenchError) -> Event {
        while true {
            guard let event = home.events.next("main", "stays") else {
                throw home.missed("a daemon that stays")
            }
            if event.what == "stays" { return event }
            try follow(event, in: home)
        }
    }
}

/// A daemon that ends with 1 at its start.
struct RestartStory: LeakStory {
    let manner = "crash"
    let push = SIGKILL

    func follow(_ main: Event, in home: BenchHome) {}
}

/// A daemon that asks for the next upgrade at its start.
///
/// Folders of releases come and go, so that their number is always the same: each one that is there
/// is listed in the status, and takes memory by right.
struct UpgradeStory: LeakStory {
    let manner = "upgrade"
    let push = SIGUSR1

    func follow(_ main: Event, in home: BenchHome) throws(BenchError) {
        // Releases 1 and 2 are there from the beginning.
        if main.release == 1 { try home.install(3) }
        try home.install(main.release + 3)
        if main.release > 4 { try home.remove(main.release - 3) }
    }
}
