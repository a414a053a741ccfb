import Glibc
import Testing

@testable import Supervisor

struct ProcessUsageTests {
    @Test func `this process takes something of everything`() throws {
        let usage = try #require(ProcessUsage(pid: getpid()))
        #expect(usage.cpu > 0)
        #expect(usage.threads > 0)
        #expect(usage.residentBytes > 1 << 20)
        #expect(usage.virtualBytes >= usage.residentBytes)
    }

    @Test func `descriptors and their limit are the kernel's`() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let usage = try #require(ProcessUsage(pid: getpid()))
        let infinity = rlim_t.max
        #expect(
            usage.descriptorLimit == (limit.rlim_cur == infinity ? nil : UInt64(limit.rlim_cur)))
        let before = try #require(usage.openDescriptors)
        let many = (0..<200).map { _ in Descriptor(owning: open("/dev/null", O_RDONLY | O_CLOEXEC))
        }
        let after = try #require(ProcessUsage(pid: getpid())?.openDescriptors)
        // Tests beside this one open and close some of their own.
        #expect(after > before + 100)
        withExtendedLifetime(many) {}
    }

    @Test func `nothing is told of a process that is not there`() {
        #expect(ProcessUsage(pid: pid_t.max) == nil)
    }
}
