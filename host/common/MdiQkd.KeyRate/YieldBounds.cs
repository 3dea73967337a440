namespace MdiQkd.KeyRate;

/// <summary>Bounds on the expected yields of a block that the scans combine; all per slot of the label pair.</summary>
/// <param name="CorrectLower">L: lower bound on cw × correct w–w yield + vacuum terms of v.</param>
/// <param name="StrongUpper">U: upper bound on cv × v–v yield + vacuum–vacuum term.</param>
/// <param name="ErrorLower">M is at least this.</param>
/// <param name="ErrorUpper">M is at most this.</param>
/// <param name="VacuumLower">H is at least this.</param>
/// <param name="VacuumUpper">H is at most this.</param>
internal readonly record struct YieldBounds(
    double CorrectLower,
    double StrongUpper,
    double ErrorLower,
    double ErrorUpper,
    double VacuumLower,
    double VacuumUpper)
{
    /// <summary>Chernoff bounds used: 3 in L, 2 in U, 2 for M, 3 for each end of H.</summary>
    internal const int ChernoffUses = 13;

    internal static YieldBounds From(
        FourIntensityParameters parameters, FourIntensityCounts counts, DecoyCoefficients k, ChernoffBound chernoff)
    {
        UserParameters a = parameters.A;
        UserParameters b = parameters.B;
        double n = parameters.N;
        double slotsWw = n * a.Pw * b.Pw;
        double slotsVv = n * a.Pv * b.Pv;
        double slots0w = n * a.Po * b.Pw;
        double slotsW0 = n * a.Pw * b.Po;
        double slots0v = n * a.Po * b.Pv;
        double slotsV0 = n * a.Pv * b.Po;
        double slots00 = n * a.Po * b.Po;

        Span<(double, double)> correct =
        [
            (k.Cw / slotsWw, counts.Nww - counts.Mww),
            (k.Cv * k.A0v / slots0v, counts.N0v),
            (k.Cv * k.B0v / slotsV0, counts.Nv0),
        ];
        Span<(double, double)> strong = [(k.Cv / slotsVv, counts.Nvv), (k.Cv * k.A0v * k.B0v / slots00, counts.N00)];
        Span<(double, double)> vacuum = [(k.A0w / slots0w, counts.N0w), (k.B0w / slotsW0, counts.Nw0)];
        double bothVacuum = k.A0w * k.B0w / slots00;
        return new(
            JointConstraint.Lower(chernoff, correct),
            JointConstraint.Upper(chernoff, strong),
            chernoff.ExpectationLower(counts.Mww) / slotsWw,
            chernoff.ExpectationUpper(counts.Mww) / slotsWw,
            JointConstraint.Lower(chernoff, vacuum) - (bothVacuum * chernoff.ExpectationUpper(counts.N00)),
            JointConstraint.Upper(chernoff, vacuum) - (bothVacuum * chernoff.ExpectationLower(counts.N00)));
    }
}
