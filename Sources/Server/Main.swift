import CLinux
import Glibc

@main struct Main {
    static func main() {
        // Before anything that could start a thread: threads inherit the mask.
        clinux_block_signals()
        let program = Program(
            arguments: Array(CommandLine.arguments.dropFirst()), environment: .ofProcess)
        exit(program.run())
    }
}
