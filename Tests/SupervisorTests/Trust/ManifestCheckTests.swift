import FoundationEssentials
import Testing

@testable import Supervisor

struct ManifestCheckTests {
    private static let moment = Date(timeIntervalSince1970: 1_796_083_200)
    private typealias Fixture = ReleaseManifestTests

    private func refusal(
        _ manifest: ReleaseManifest, chainID: String = "pion-1", plan: String = "v2",
        letters: PlanName.LetterCase = .lowered, platform: String = "linux/amd64",
        at date: Date = moment, lowest: Int64? = nil
    ) throws -> ManifestRefusal? {
        let name = try PlanName(plan, case: letters)
        do throws(ManifestRefusal) {
            try manifest.check(
                chainID: chainID, plan: name, case: letters, platform: platform, at: date,
                lowestSequence: lowest)
            return nil
        } catch {
            return error
        }
    }

    @Test func `it is for one plan of one chain`() throws {
        let manifest = try Fixture.manifest()
        #expect(try refusal(manifest) == nil)
        #expect(try refusal(manifest, chainID: "pion-2") == .chain("pion-1", expected: "pion-2"))
        #expect(try refusal(manifest, plan: "v3") == .plan("v2", expected: "v3"))
        #expect(
            try refusal(manifest, platform: "linux/arm64") == .noPlatform("linux/arm64"))
    }

    @Test func `the case of a plan's name counts where folders keep it`() throws {
        let manifest = try Fixture.manifest(plan: "V2")
        #expect(try refusal(manifest) == nil)
        #expect(try refusal(manifest, letters: .kept) == .plan("V2", expected: "v2"))
        #expect(try refusal(manifest, plan: "V2", letters: .kept) == nil)
    }

    @Test func `it is valid from its beginning until its end`() throws {
        let end = Self.moment + 10
        let manifest = try Fixture.manifest(notBefore: Self.moment, expiresAt: end)
        #expect(try refusal(manifest) == nil)
        #expect(try refusal(manifest, at: Self.moment - 1) == .notYetValid(Self.moment))
        #expect(try refusal(manifest, at: end - 1) == nil)
        #expect(try refusal(manifest, at: end) == .expired(end))
    }

    @Test func `one that was followed by another does not come back`() throws {
        let manifest = try Fixture.manifest(sequence: 3)
        #expect(try refusal(manifest, lowest: 2) == nil)
        #expect(try refusal(manifest, lowest: 3) == nil)
        #expect(try refusal(manifest, lowest: 4) == .rolledBack(3, lowest: 4))
    }

    @Test func `what is installed is all of what is listed and no more`() throws {
        let manifest = try Fixture.manifest()
        let files = try #require(manifest.platforms["linux/amd64"]?.files)
        func refusal(_ change: (inout [String: ReleaseManifest.Content]) -> Void)
            -> ManifestRefusal?
        {
            var installed = files
            change(&installed)
            do throws(ManifestRefusal) {
                try manifest.check(files: installed, platform: "linux/amd64")
                return nil
            } catch {
                return error
            }
        }
        let other = ReleaseManifest.Content(sha256: Fixture.two, size: 10)
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0["upgrade-info.json"] = other } == nil)
        #expect(refusal { $0["bin/gaiad"] = other } == .changed(path: "bin/gaiad"))
        #expect(
            refusal { $0["lib/libwasmvm.so"] = .init(sha256: Fixture.two, size: 6) }
                == .changed(path: "lib/libwasmvm.so"))
        #expect(refusal { $0["lib/libwasmvm.so"] = nil } == .missing(path: "lib/libwasmvm.so"))
        #expect(refusal { $0["lib/x.so"] = other } == .extra(path: "lib/x.so"))
        #expect(refusal { $0 = [:] } == .missing(path: "bin/gaiad"))
        #expect(throws: ManifestRefusal.noPlatform("linux/arm64")) {
            try manifest.check(files: files, platform: "linux/arm64")
        }
    }

    @Test func `a download is one that is listed, or the one file`() throws {
        let many = try Fixture.manifest()
        let single = try Fixture.manifest(
            files: ["bin/gaiad": .init(sha256: Fixture.one, size: 10)])
        let (one, two) = (ContentDigests(sha256: Fixture.one), ContentDigests(sha256: Fixture.two))
        try many.check(download: two, platform: "linux/amd64")
        try single.check(download: two, platform: "linux/amd64")
        try single.check(download: one, platform: "linux/amd64")
        #expect(throws: ManifestRefusal.download) {
            try many.check(download: one, platform: "linux/amd64")
        }
        #expect(throws: ManifestRefusal.download) {
            try single.check(download: ContentDigests(), platform: "linux/amd64")
        }
    }
}
