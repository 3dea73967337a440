using MdiQkd.Wire;

namespace MdiQkd.Protocol.Tests.Wire;

/// <summary>Every number on the wire, written out a second time: a renumbered enum fails here, not in a lab.</summary>
public sealed class WireEnumTests
{
    [Fact]
    public void Message_types_have_the_bytes_of_the_specification() => Assert.Equal(
        "HelloRequest=1 ConfigureRequest=2 ConfigurationRequest=3 SwitchConnectRequest=4 SwitchDarkRequest=5 SwitchStatusRequest=6 "
        + "CaptureStartRequest=7 CaptureStopRequest=8 HealthRequest=9 SelfTestRequest=10 FaultsRequest=11 ClearFaultsRequest=12 "
        + "HeartbeatRequest=13 CreditGrant=62 HelloReply=65 ConfigureReply=66 ConfigurationReply=67 SwitchConnectReply=68 "
        + "SwitchDarkReply=69 SwitchStatusReply=70 CaptureStartReply=71 CaptureStopReply=72 HealthReply=73 SelfTestReply=74 "
        + "FaultsReply=75 ClearFaultsReply=76 HeartbeatReply=77 RefusedReply=127 TagBlock=128 FaultEvent=129 SwitchEvent=130",
        Written<MessageType>());

    [Fact]
    public void A_reply_is_its_request_plus_64() => Assert.All(
        Enum.GetValues<MessageType>().Where(type => type < MessageType.CreditGrant),
        type => Assert.True(Enum.IsDefined(type + 64)));

    [Fact]
    public void Refusals_have_the_bytes_of_the_specification() => Assert.Equal(
        "UnknownCommand=1 BadLength=2 OutOfRange=3 TwoUsersOnOneInput=4 OneUserOnTwoInputs=5 NotWired=6 Busy=7 LockedOut=8 "
        + "FaultActive=9 NotFitted=10 NoSession=11 WrongVersion=12 NotNow=13 Failed=14",
        Written<RefusalReason>());

    [Fact]
    public void Configuration_keys_have_the_numbers_of_the_specification() => Assert.Equal(
        "HostTimeoutMs=1 SwitchPulseMs=2 SwitchSettleMs=3 SwitchBreakMs=4 SwitchLockOutMs=5 SwitchVerifyMs=6 SwitchRetries=7 "
        + "SwitchWearLimitThousands=8 BlockItems=9 BlockFlushMs=10 ChannelMask=11 HighResolution=12 TemperatureLimitMilliC=13 "
        + "SwitchOperations1=14 SwitchOperations2=15",
        Written<ConfigurationKey>());

    [Fact]
    public void Switch_states_have_the_bytes_of_the_specification() => Assert.Equal(
        "Unknown=0 Dark=1 BreakDriving=2 BreakSettling=3 BreakVerifying=4 MakeDriving=5 MakeSettling=6 MakeVerifying=7 LockedOut=8 "
        + "Connected=9 DarkDriving=10 DarkSettling=11 DarkVerifying=12 Faulted=13",
        Written<SwitchState>());

    [Fact]
    public void Small_enums_have_the_bytes_of_the_specification()
    {
        Assert.Equal("Idle=0 Running=1 Draining=2 Faulted=3", Written<CaptureState>());
        Assert.Equal("Unused=0 Detector=1 Sync=2 Marker=3", Written<ChannelRole>());
        Assert.Equal("Skipped=0 Passed=1 Failed=2", Written<SelfTestOutcome>());
        Assert.Equal(
            "Checksum=1 TaggerRegisters=2 Reference=3 FrontEnd=4 SwitchDark=5 SwitchDriver=6 BenchTimer=7 Temperature=8 FreeMemory=9",
            Written<SelfTestStep>());
        Assert.Equal(
            "None=0 OpticalSwitch=1 SwitchReadBack=2 LightEnable=4 Tagger=8 FrontEnd=16 BenchTimer=32 ReferenceMonitor=64 "
            + "HardwareWatchdog=128 Thermometer=256",
            Written<Capabilities>());
        Assert.Equal(
            "None=0 FifoOverflow=1 LinkBackPressure=2 LateTags=4 ImplausibleResults=8 ReferenceMissing=16 EpochUncertain=32 "
            + "LostCountIsLowerBound=64 Void=255 EndOfCapture=256 Known=383",
            Written<TagLoss>());
    }

    [Fact]
    public void Faults_have_the_numbers_of_the_specification() => Assert.Equal(
        "None=0 HostSilent=1 LinkLost=2 GarbageReceived=3 FrameCorrupt=4 FrameAbandoned=5 WrongVersion=6 SequenceGap=7 UnknownCommand=8 "
        + "BadRequest=9 SwitchStuck=20 SwitchWrongPort=21 SwitchNotSettled=22 SwitchNoReply=23 SwitchNotDark=24 SwitchMovedUnasked=25 "
        + "SwitchDriverFault=26 CoilPulseLong=27 SwitchRetried=28 SwitchWorn=29 TaggerAllOnes=40 TaggerAllZeros=41 TaggerRegister=42 "
        + "ReferenceMissing=43 ReferenceStuck=44 FifoOverflow=45 LinkBackPressure=46 ResultImplausible=47 TagsOutOfOrder=48 "
        + "EpochUncertain=49 FrontEndAbsent=50 FrontEndBlock=51 BenchTimer=52 SpiFailed=53 LoopLate=60 TemperatureHigh=61 MemoryLow=62 "
        + "FirmwareError=63",
        Written<FaultCode>());

    [Fact]
    public void Limits_are_those_of_the_specification()
    {
        Assert.Equal(1, WireProtocol.Version);
        Assert.Equal(64, WireProtocol.RequestPayloadBytesMax);
        Assert.Equal(16_360, WireProtocol.PayloadBytesMax);
        Assert.Equal(16_384, Frame.HeaderBytes + WireProtocol.PayloadBytesMax);
        Assert.Equal(24, Frame.HeaderBytes);
        Assert.Equal(40, TagBlock.HeaderBytes);
        Assert.Equal(3840, TagBlock.ItemsMax);
    }

    private static string Written<T>()
        where T : struct, Enum =>
        string.Join(' ', Enum.GetValues<T>().Select(value => $"{value}={Convert.ToInt32(value)}"));
}
