/// The descriptors that whoever starts an unpacking leaves open.
enum UnpackDescriptors {
    /// Its end ends the run.
    static let orders: Int32 = 0
    static let archive: Int32 = 3
    /// An empty folder.
    static let folder: Int32 = 4
}
