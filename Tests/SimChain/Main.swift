/// The simulated daemon, with the commands that a Cosmos SDK binary has.
@main
struct Main {
    static func main() {
        let began = Monotonic.now
        let inherited = Inheritance.ofThisProcess
        let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
        let settings = Settings(arguments)
        let behaviour: Behaviour
        do {
            try settings.checkKeys()
            behaviour = try Behaviour(settings)
        } catch {
            complain("simchain: \(error)")
            leave(64)
        }
        let ledger = Ledger(path: behaviour.ledger, version: behaviour.version)
        switch arguments.command {
        case "start":
            let isWrapped = settings.isOn("wrapped")
            let leaks = isWrapped ? [] : inherited.leaks
            if behaviour.wrapper && !isWrapped {
                Wrapper(settings: settings, ledger: ledger).run(leaks: leaks)
            }
            Node(settings: settings, behaviour: behaviour, ledger: ledger)
                .run(since: began, leaks: leaks)
        case "version": printVersion(settings, behaviour)
        case "status": printStatus(settings, behaviour)
        case "pre-upgrade": PreUpgrade(settings: settings, ledger: ledger).run()
        case nil: leave(0)
        case .some(let command): refuse(command, settings)
        }
    }

    private static func refuse(_ command: String, _ settings: Settings) -> Never {
        complain("Error: unknown command \"\(command)\" for \"\(settings.name)\"")
        leave(1)
    }
}
