import ArgumentParser

/// What a command that asks the supervisor prints.
struct ControlOutput: ParsableArguments {
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(name: .shortAndLong, help: "text or json: the API's answer as it is.")
    var output = Form.text

    @Flag(help: "The same as --output json.")
    var json = false

    var isJSON: Bool { json || output == .json }
}

/// The name of a plan, on a command line.
enum PlanArgument {
    static func check(_ name: String) throws {
        guard !name.isEmpty else { throw ValidationError("a plan's name must not be empty") }
    }
}
