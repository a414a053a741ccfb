/// Whether these arguments start the node, as opposed to a short command such as `version`.
///
/// The daemon's command is its first argument that is no flag. Which flags take a value is not
/// known here, so after `--flag` a word may be that flag's value: it counts if it is a start
/// command and is passed over if it isn't. In doubt a command is supervised, because a node that
/// runs without the lock of its home is the worse mistake. What certainly asks for help only is not.
func isSupervised(_ arguments: [String], startCommands: [String]) -> Bool {
    if asksForHelp(arguments) { return false }
    var mayBeValue = false
    for argument in arguments {
        if argument == "--" { return false }
        if argument.hasPrefix("-") {
            mayBeValue = !argument.contains("=")
            continue
        }
        if startCommands.contains(argument) { return true }
        guard mayBeValue else { return false }
        mayBeValue = false
    }
    return false
}

/// `--help` or `-h` among the daemon's arguments, where no flag before it can take it for its value.
private func asksForHelp(_ arguments: [String]) -> Bool {
    var mayBeValue = false
    for argument in arguments {
        if argument == "--" { return false }
        if !mayBeValue, argument == "--help" || argument == "-h" { return true }
        mayBeValue = argument.hasPrefix("-") && !argument.contains("=")
    }
    return false
}
