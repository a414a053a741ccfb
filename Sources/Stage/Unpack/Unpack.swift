import Glibc
import StageMessages

/// Unpacks the archive in descriptor 3 into the empty folder of descriptor 4.
///
/// What was unpacked before a failure stays there.
struct Unpack {
    private let order: UnpackOrder

    init(_ order: UnpackOrder) {
        self.order = order
        // libarchive reads the names in an archive by it; the C locale knows ASCII alone.
        setlocale(LC_CTYPE, "C.UTF-8")
    }

    var profile: Profile { .unpack(bytes: order.limits.bytes) }

    func run() -> StageReport {
        do throws(StageFailure) {
            let source = try ArchiveSource(UnpackDescriptors.archive)
            let kind = try ArchiveKind(ofFileWith: source.head)
            var extraction = Extraction(
                from: try ArchiveReader(source, kind: kind), limits: order.limits)
            try extraction.run()
            return .finished
        } catch {
            return .failed(error)
        }
    }
}
