using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

// The runner builds every project anew, which takes minutes on two busy cores.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly)
    .Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(15)));
