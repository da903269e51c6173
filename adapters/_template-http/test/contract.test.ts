import { describeAdapterContract } from '../../../test/adapter-kit/describe-adapter-contract.ts';
import { subject } from './subject.ts';

// The kit states the contract and tests the adapter against the stand-in beside this file.
describeAdapterContract(subject);
