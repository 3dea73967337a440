using System.Globalization;
using MdiQkd.KeyRate;

namespace MdiQkd.Evaluation.KeyLengths;

/// <summary>One block whose key length is asked for.</summary>
/// <param name="Parameters">Slots, intensities and probabilities: <c>P</c> of the input.</param>
/// <param name="Counts">Announced events: <c>counts</c>.</param>
/// <param name="N0z">A sent vacuum, B z: checked, not used by any bound.</param>
/// <param name="Nz0">A sent z, B vacuum: checked, not used by any bound.</param>
/// <param name="Security">Failure probabilities: <c>eps</c> and <c>eps_cor</c> of <c>opts</c>.</param>
/// <param name="Efficiency">f of the leak model f n h(E): <c>f</c> of <c>opts</c>, 1 to 10.</param>
/// <param name="Estimation">Method of the bounds: <c>method</c>, <c>mode</c> and <c>scan</c> of <c>opts</c>.</param>
internal sealed record KeyLengthRequest(
    FourIntensityParameters Parameters,
    FourIntensityCounts Counts,
    double N0z,
    double Nz0,
    SecurityParameters Security,
    double Efficiency,
    EstimationOptions Estimation)
{
    /// <summary>Key length with the bounds it rests on.</summary>
    /// <exception cref="KeyRateInputException">A field is out of range; the message names it, its value and the range.</exception>
    internal KeyLengthResult Evaluate()
    {
        Parameters.Validate();
        Counts.Validate(Parameters);
        Unused(N0z, Parameters.A.Po * Parameters.B.Pz, "n_0z");
        Unused(Nz0, Parameters.A.Pz * Parameters.B.Po, "n_z0");
        double leak = ReconciliationLeak.Expected(Counts.Nzz, Counts.Mzz, Efficiency);
        return DoubleScanning.Evaluate(Parameters, Counts, Security, leak, Estimation);
    }

    private void Unused(double count, double probability, string field)
    {
        if (!(count >= 0 && count <= Parameters.N * probability))
        {
            throw new KeyRateInputException(field, Text(count), $"0 to N p_i p_j = {Text(Parameters.N * probability)}");
        }

        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }
}
