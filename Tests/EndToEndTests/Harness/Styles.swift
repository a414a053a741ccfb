/// The SDK's two ways around an upgrade, of which SimChain plays the one that it is told.
enum Styles {
    /// Up to 0.47 a block that fails panics and no file's content is validated; from 0.50 on it is
    /// an error, and the file of a plan is validated at every start.
    static let all = ["0.47", "0.50"]
}
