namespace MdiQkd.VirtualBoard.Bench;

/// <summary>Which pin of the simulated computer is wired to what.</summary>
internal static class BoardPins
{
    public const int LightEnable = 1;
    public const int TaggerInterrupt = 2;
    public const int ReferencePresent = 3;
    public const int BlockReady = 4;
    public const int BenchEnable = 5;
    public const int BenchInterrupt = 6;
    public const int BenchPulse = 7;

    private const int FirstCoil = 100;
    private const int FirstContact = 200;
    private const int UnitStep = 50;

    /// <summary>Coils of a switch unit, from dark.</summary>
    public static int[] Coils(int unit, int users) => [.. Enumerable.Range(FirstCoil + (unit * UnitStep), users + 1)];

    /// <summary>Position contacts of a switch unit, from dark.</summary>
    public static int[] Contacts(int unit, int users) => [.. Enumerable.Range(FirstContact + (unit * UnitStep), users + 1)];
}
