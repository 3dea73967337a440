using MdiQkd.Protocol;

namespace MdiQkd.KeyRate.Tests;

public class DoubleScanningTests
{
    private static readonly UserParameters User = new(0.5, 0.2, 0.05, 0.6, 0.1, 0.2, 0.1);
    private static readonly FourIntensityParameters Parameters = new(1.2e11, User, User);
    private static readonly FourIntensityCounts Counts = new(
        11634798, 58312, 27082, 7037, 106960, 27724, 3391, 3391, 26921, 26921, 0);
    private static readonly SecurityParameters Security = new();
    private static readonly double Leak = ReconciliationLeak.Expected(Counts.Nzz, Counts.Mzz, 1.16);

    // Worked example of physics.md 3.6, printed with eight digits.
    [Theory]
    [InlineData(ChernoffKind.Simple, EstimationMethod.Plain, 34676.396, 0.00073227877, 0.22695253, 2897840.2, 0.22885563)]
    [InlineData(ChernoffKind.Simple, EstimationMethod.SingleScan, 827512.456, 0.0010220697, 0.16260389, 4047108.2, 0.16396698)]
    [InlineData(ChernoffKind.Simple, EstimationMethod.DoubleScan, 1261483.599, 0.0011661909, 0.14250884, 4618783.4, 0.14370335)]
    [InlineData(ChernoffKind.Tight, EstimationMethod.Plain, 105917.554, 0.00074083854, 0.21497276, 2931789.2, 0.21681297)]
    [InlineData(ChernoffKind.Tight, EstimationMethod.SingleScan, 864006.871, 0.0010122378, 0.15733468, 4008118.5, 0.15868111)]
    [InlineData(ChernoffKind.Tight, EstimationMethod.DoubleScan, 1289549.429, 0.0011520717, 0.13823802, 4562782.7, 0.13942089)]
    public void Worked_example(
        ChernoffKind kind, EstimationMethod method, double ell, double s11, double e11, double n11, double phi)
    {
        KeyLengthResult result = DoubleScanning.Evaluate(Parameters, Counts, Security, Leak, new(method, kind));
        Assert.Equal(ell, result.Ell, 1e-3);
        Assert.Equal(s11, result.S11, 1e-7 * s11);
        Assert.Equal(e11, result.E11, 1e-7 * e11);
        Assert.Equal(n11, result.N11, 1e-7 * n11);
        Assert.Equal(phi, result.Phi, 1e-7 * phi);
        Assert.Equal(614155.58, result.Leak, 0.01);
        Assert.Equal(252.14461, result.C, 1e-5);
        Assert.Equal((long)Math.Floor(ell), result.SecretBits);
    }

    [Fact]
    public void Realised_tables_are_used()
    {
        SourceSettings source = SourceSettings.FromReal(0.5, 0.2, 0.05, 0.6, 0.1, 0.2);
        FourIntensityParameters parameters = FourIntensityParameters.FromSettings(source, source, 1.2e11);
        Assert.Equal(39322.0 / 65536, parameters.A.Pz);
        Assert.Equal(1, parameters.B.Pz + parameters.B.Pv + parameters.B.Pw + parameters.B.Po);
        Assert.Equal(1289549, DoubleScanning.Evaluate(parameters, Counts, Security, Leak).Ell, 2000.0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(27082, 0)]
    [InlineData(27082, 27082)]
    public void Counts_that_show_nothing_give_no_key_and_no_undefined_number(double nww, double mww)
    {
        foreach (EstimationMethod method in Enum.GetValues<EstimationMethod>())
        {
            FourIntensityCounts counts = Counts with { Nww = nww, Mww = mww, N0w = mww > 0 ? Counts.N0w : 10 * Counts.N0w };
            KeyLengthResult result = DoubleScanning.Evaluate(Parameters, counts, Security, Leak, new(method));
            Assert.True(result.Ell <= 0);
            Assert.Equal(0, result.SecretBits);
            Assert.True(double.IsFinite(result.Ell + result.S11 + result.E11 + result.N11 + result.Phi + result.M + result.H));
        }
    }

    [Fact]
    public void Empty_block_gives_no_key()
    {
        FourIntensityCounts nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        KeyLengthResult result = DoubleScanning.Evaluate(Parameters, nothing, Security, 0);
        Assert.Equal(-result.C, result.Ell);
        Assert.Equal(0, result.N11);
    }

    [Fact]
    public void More_errors_leak_or_stricter_epsilon_never_lengthen_the_key()
    {
        double ell = Ell(Counts, Security, Leak);
        Assert.True(Ell(Counts with { Mww = Counts.Mww + 300 }, Security, Leak) < ell);
        Assert.True(Ell(Counts with { N0w = Counts.N0w - 300 }, Security, Leak) < ell);
        Assert.True(Ell(Counts with { Nvv = Counts.Nvv + 300 }, Security, Leak) < ell);
        Assert.Equal(ell - 1000, Ell(Counts, Security, Leak + 1000), 1e-6);
        Assert.True(Ell(Counts, new(1e-12), Leak) < ell);
        Assert.True(Ell(Counts, new(1e-10, 1e-18), Leak) < ell);

        static double Ell(FourIntensityCounts counts, SecurityParameters security, double leak) =>
            DoubleScanning.Evaluate(Parameters, counts, security, leak).Ell;
    }

    [Fact]
    public void Bad_input_names_field_value_and_range()
    {
        Refused("m_ww = 27083: allowed is 0 to n_ww = 27082", c: Counts with { Mww = 27083 });
        Refused("n_zz = NaN: allowed is 0 to N p_i p_j = 43200000000", c: Counts with { Nzz = double.NaN });
        Refused("n_00 = -1: allowed is 0 to N p_i p_j = 1200000000", c: Counts with { N00 = -1 });
        Refused("n_vv = 1200000001: allowed is 0 to N p_i p_j = 1200000000", c: Counts with { Nvv = 1200000001 });
        Refused("wa = 0.2: allowed is more than 0 and less than va = 0.2", Parameters with { A = User with { W = 0.2 } });
        Refused("zb = NaN: allowed is more than 0 and less than 10", Parameters with { B = User with { Z = double.NaN } });
        Refused("N = -5: allowed is more than 0 and less than 1E+30", Parameters with { N = -5 });
        Refused(
            "pza + pva + pwa + poa = 0.9: allowed is 1 within 1e-9",
            Parameters with { A = User with { Pz = 0.5 } });
        Refused("eps = 1: allowed is more than 0 and less than 0.5", s: new(1));
        Refused("eps_cor = 0: allowed is more than 0 and less than 0.5", s: new(1e-10, 0));
        Refused("leakEc = NaN: allowed is 0 to 1.7976931348623157E+308", leak: double.NaN);

        static void Refused(
            string message,
            FourIntensityParameters? p = null,
            FourIntensityCounts? c = null,
            SecurityParameters? s = null,
            double leak = 0)
        {
            KeyRateInputException refusal = Assert.Throws<KeyRateInputException>(
                () => DoubleScanning.Evaluate(p ?? Parameters, c ?? Counts, s ?? Security, leak));
            Assert.Equal(message, refusal.Message);
        }
    }
}
