Console.WriteLine("Metal3.CrdBridge");
