/// Whether these arguments start the node, as opposed to a short command such as `version`.
///
/// The daemon's command is its first argument that is no flag. Which flags take a value is not
/// known here, so after `--flag` a word may be that flag's value: it counts if it is a start
/// command and is passed over if it isn't. In doubt a command is supervised, because a node that
/// runs without the lock of its home is the worse mistake.
func isSupervised(_ arguments: [String], startCommands: [String]) -> Bool {
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
