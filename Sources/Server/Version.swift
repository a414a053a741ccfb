/// The version of this program; the changelog says what is in it.
enum Version {
    static let number = "0.1.0"
}
