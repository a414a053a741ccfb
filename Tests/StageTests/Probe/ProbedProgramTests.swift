import FoundationEssentials
import Glibc
import StageMessages
import Testing

@Suite(.enabled(if: Probing.isPossible, "needs Landlock and cc"))
struct ProbedProgramTests {
    private let probing: Probing

    init() throws {
        probing = try Probing()
    }

    @Test func `a program's output, errors and environment are its own`() throws {
        let source = """
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            int main(int count, char **arguments, char **environment) {
                fprintf(stderr, "%d %s", count, arguments[1]);
                printf(" %s %s %zd", environment[0], getenv("SWIFT_BACKTRACE"), read(0, "", 1));
            }
            """
        let text = try probing.run(
            try compile(source), ["version"], environment: ["HOME=/nonexistent"])
        #expect(text == "2 version HOME=/nonexistent (null) 0")
    }

    @Test func `a program that is linked statically runs`() throws {
        let program = try compile(
            "#include <stdio.h>\nint main(void) { puts(\"v1\"); }", "-static")
        #expect(try probing.run(program, []) == "v1")
    }

    /// Prometheus is written in Go, as nodes are, and takes its threads and memory as they do.
    @Test(.enabled(if: Workshop.has("prometheus"), "prometheus is not installed"))
    func `a program in Go tells its version`() throws {
        let program = probing.folder + "/prometheus"
        _ = Workshop.shell("cp \"$(command -v prometheus)\" '\(program)'")
        #expect(try probing.run(program, ["--version"]).hasPrefix("prometheus, version 2"))
    }

    @Test func `a program outside the folders is not started, and says why`() throws {
        let stage = try RunningStage(
            .probe(
                ProbeOrder(
                    program: "/bin/sh", arguments: ["-c", "echo out"], folders: [probing.folder],
                    environment: [])))
        #expect(try stage.report() == .confined)
        let detail = "cannot run the program: Permission denied"
        let end = try stage.finish()
        #expect(end.report == .failed(StageFailure(.system, detail)))
        #expect(end.code == 1)
    }

    @Test func `a path that is not absolute is refused`() throws {
        let stage = try RunningStage(
            .probe(
                ProbeOrder(
                    program: "intruder", arguments: [], folders: [probing.folder],
                    environment: [])))
        let end = try stage.finish()
        #expect(
            end.report
                == .failed(StageFailure(.system, "a path of the order is not absolute")))
    }

    private func compile(_ source: String, _ options: String = "") throws -> String {
        let file = probing.workshop.path + "/program.c"
        try Data(source.utf8).write(to: URL(filePath: file))
        let program = probing.folder + "/program"
        let said = Workshop.shell("cc \(options) -o '\(program)' '\(file)' 2>&1")
        try #require(said.isEmpty, "\(said)")
        return program
    }
}
