namespace MdiQkd.Simulation.World;

/// <summary>What a line asks of the switch.</summary>
internal enum ScpiCommandKind
{
    /// <summary>Not understood.</summary>
    Unknown,

    /// <summary>*IDN?</summary>
    Identify,

    /// <summary>*OPC?</summary>
    OperationComplete,

    /// <summary>:oxc:swit:conn:only (@..),(@..)</summary>
    ConnectOnly,

    /// <summary>:oxc:swit:disc:all</summary>
    DisconnectAll,

    /// <summary>:oxc:swit:conn:stat?</summary>
    ConnectionState,

    /// <summary>:syst:err?</summary>
    NextError,
}
