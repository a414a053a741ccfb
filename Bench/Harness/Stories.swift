import Glibc

/// The rows of the table, filled by what is done to one home after another.
struct Measurements {
    var seen = Row("plan file closed -> TERM in the daemon", median: 1, p99: 10)
    var stays = Row("plan -> new main(), daemon stays until TERM", median: 8, p99: 25)
    var exits = Row("plan -> new main(), daemon exits by itself", median: 8, p99: 25)
    var spawn = Row("spawn -> daemon's main()", median: 15)
    var term = Row("TERM to us -> TERM in the daemon", median: 2)
    var crash = Row("daemon killed -> main() again", median: 10)
    /// Runs in which a daemon that exits by itself was upgraded, of all.
    var upgraded = 0
    var runs = 0

    var rows: [Row] { [seen, stays, exits, spawn, term, crash] }

    /// One run of each story; subject and floor take turns, so that both see the same load.
    mutating func run(renamingPlan: Bool) throws(BenchError) {
        let settings = ["BENCH_WRITE": renamingPlan ? "rename" : "close"]
        try startAndEnd()
        try measureDirect()
        for subject in [Subject.switchyard, .floor] {
            try crash(subject)
            try upgradeStaying(subject, settings)
            try upgradeExiting(subject, settings)
        }
    }

    private mutating func startAndEnd() throws(BenchError) {
        let home = try BenchHome()
        let program = try home.start(.switchyard)
        let main = try home.expect("main")
        spawn.subject.add(from: program.began, to: main.at)
        try home.settles(on: main.pid)
        let told = now()
        program.signal(SIGTERM)
        term.subject.add(from: told, to: try home.expect("term").at)
        try home.stop()
    }

    private mutating func measureDirect() throws(BenchError) {
        let home = try BenchHome()
        let program = try home.start(.direct)
        spawn.floor.add(from: program.began, to: try home.expect("main").at)
        let told = now()
        program.signal(SIGTERM)
        term.floor.add(from: told, to: try home.expect("term").at)
        try home.stop()
    }

    private mutating func crash(_ subject: Subject) throws(BenchError) {
        let home = try BenchHome()
        let main = try started(subject, in: home)
        let killed = now()
        kill(main.pid, SIGKILL)
        let again = try home.expect("main")
        subject == .floor
            ? crash.floor.add(from: killed, to: again.at)
            : crash.subject.add(from: killed, to: again.at)
        try home.stop()
    }

    private mutating func upgradeStaying(
        _ subject: Subject, _ settings: [String: String]
    ) throws(BenchError) {
        let home = try BenchHome()
        let main = try started(subject, in: home, settings)
        kill(main.pid, SIGUSR1)
        let plan = try home.expect("plan")
        let term = try home.expect("term")
        let next = try home.expect("main")
        guard next.release == 2 else { throw home.missed("release 2") }
        if subject == .floor {
            seen.floor.add(from: plan.at, to: term.at)
            stays.floor.add(from: plan.at, to: next.at)
        } else {
            seen.subject.add(from: plan.at, to: term.at)
            stays.subject.add(from: plan.at, to: next.at)
        }
        try home.stop()
    }

    private mutating func upgradeExiting(
        _ subject: Subject, _ settings: [String: String]
    ) throws(BenchError) {
        let home = try BenchHome()
        let main = try started(subject, in: home, settings)
        kill(main.pid, SIGUSR2)
        let plan = try home.expect("plan")
        let next = home.events.next("main")
        let isUpgraded = next?.release == 2
        if subject == .floor {
            guard isUpgraded, let next else { throw home.missed("release 2 of the floor") }
            exits.floor.add(from: plan.at, to: next.at)
        } else {
            runs += 1
            upgraded += isUpgraded ? 1 : 0
            if isUpgraded, let next { exits.subject.add(from: plan.at, to: next.at) }
        }
        try home.stop()
    }

    /// Starts it and waits until the start is behind it.
    private func started(
        _ subject: Subject, in home: BenchHome, _ settings: [String: String] = [:]
    ) throws(BenchError) -> Event {
        _ = try home.start(subject, settings)
        let main = try home.expect("main")
        if subject == .switchyard { try home.settles(on: main.pid) }
        return main
    }
}
