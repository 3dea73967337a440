using System.Globalization;
using System.Runtime.CompilerServices;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Tests.KeyMaterial;

public sealed class KeyMemoryTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(100_000)]
    public unsafe void Pages_are_locked_and_left_out_of_core_dumps_until_disposed(int bitCount)
    {
        SkipUnlessLockable(bitCount);
        SecretBits bits = new(bitCount);
        nint first = (nint)Unsafe.AsPointer(ref bits.Words[0]);
        nint last = (nint)Unsafe.AsPointer(ref bits.Words[^1]);

        Assert.Equal(0, first % Environment.SystemPageSize);
        Assert.All([first, last], address => Assert.Superset(new HashSet<string> { "lo", "dd" }, FlagsOf(address)));
        bits.Dispose();
        Assert.All([first, last], address => Assert.DoesNotContain("lo", FlagsOf(address)));
        Assert.All([first, last], address => Assert.DoesNotContain("dd", FlagsOf(address)));
    }

    [Fact]
    public unsafe void One_string_does_not_unlock_its_neighbour()
    {
        SkipUnlessLockable(256);
        SecretBits[] many = [.. Enumerable.Range(0, 20).Select(_ => new SecretBits(256))];
        for (int i = 0; i < many.Length; i += 2)
        {
            many[i].Dispose();
        }

        for (int i = 1; i < many.Length; i += 2)
        {
            Assert.Contains("lo", FlagsOf((nint)Unsafe.AsPointer(ref many[i].Words[0])));
            many[i].Dispose();
        }
    }

    [Fact]
    public void What_cannot_be_locked_is_used_and_accounted_for()
    {
        // Address 8 is no page of this process: the call refuses, as it does beyond the limit.
        long before = KeyMemory.UnlockedBytes;
        Assert.False(KeyMemory.TryLock(8, 4096));
        Assert.InRange(KeyMemory.UnlockedBytes, before + 4096, long.MaxValue);
        Assert.NotNull(KeyMemory.Refusal);
        Assert.DoesNotContain('\n', KeyMemory.Refusal);
        KeyMemory.Unlock(8, 4096, isLocked: false);
    }

    private static void SkipUnlessLockable(int bitCount)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "page flags are read from /proc, which only Linux has");
        Assert.SkipWhen(KeyMemory.Probe(bitCount) is not null, KeyMemory.Refusal ?? string.Empty);
    }

    /// <summary>Flags of the mapping that an address lies in: lo = locked, dd = not in core dumps (proc_pid_smaps(5)).</summary>
    private static HashSet<string> FlagsOf(nint address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string head = line.Split(' ', 2)[0];
            if (head.Split('-') is [var from, var to] && TryHex(from, out long start) && TryHex(to, out long end))
            {
                inside = address >= start && address < end;
            }
            else if (inside && line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                return [.. line["VmFlags:".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            }
        }

        throw new InvalidOperationException("the address lies in no mapping");
    }

    private static bool TryHex(string text, out long value) =>
        long.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
}
