/// Runs the daemon as a supervised child until it is told to end.
///
/// - Returns: the exit code of this process.
func supervise(_ configuration: Configuration, arguments: [String]) -> Int32 {
    Output.errors.line("Error: supervising is not part of this build")
    return 1
}
