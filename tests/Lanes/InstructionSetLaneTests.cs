using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MdiQkd.Testing;

/// <summary>
/// Compiled into every test project with vector paths. `.ci/run` repeats their tests (traits Lane = Simd, Vectors) with instruction sets switched off
/// by environment variables; these tests say whether the switch had an effect.
/// </summary>
[Trait("Lane", "Simd")]
public sealed class InstructionSetLaneTests
{
    [Fact]
    public void What_a_lane_switches_off_is_off()
    {
        bool noAvx512 = IsOff("DOTNET_EnableAVX512");
        bool noAvx2 = IsOff("DOTNET_EnableAVX2");
        bool noIntrinsics = IsOff("DOTNET_EnableHWIntrinsic");
        Assert.SkipUnless(noAvx512 || noAvx2 || noIntrinsics, "no instruction set is switched off here; .ci/run has lanes that do");

        Assert.False(Avx512F.IsSupported);
        Assert.False(Avx512BW.IsSupported);
        Assert.False(Vector512.IsHardwareAccelerated);
        if (noAvx2 || noIntrinsics)
        {
            Assert.False(Avx2.IsSupported);
            Assert.False(Vector256.IsHardwareAccelerated);
        }

        if (noIntrinsics)
        {
            Assert.False(Sse2.IsSupported);
            Assert.False(Ssse3.IsSupported);
            Assert.False(Pclmulqdq.IsSupported);
            Assert.False(Vector128.IsHardwareAccelerated);
        }
    }

    private static bool IsOff(string name) => Environment.GetEnvironmentVariable(name) == "0";
}
